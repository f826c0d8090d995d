// Asks for news of every part that has some, and puts it in place when it differs.
const EVERY = 1200;

const atEnd = (part) => part.scrollHeight - part.scrollTop - part.clientHeight < 80;
const toEnd = (part) => { part.scrollTop = part.scrollHeight; };

async function refresh(part, known) {
  // A list that is open or a button in focus would be torn away.
  if (document.hidden || part.querySelector("details[open]") || part.querySelector(":focus")) return known;
  const response = await fetch(part.dataset.news);
  if (!response.ok) return known;
  const news = await response.text();
  if (news === known) return known;
  const follow = known === null || atEnd(part);
  part.innerHTML = news;
  if (follow) toEnd(part);
  return news;
}

for (const part of document.querySelectorAll("[data-news]")) {
  let known = null;
  toEnd(part);
  const tick = async () => {
    try {
      known = await refresh(part, known);
    } catch {
      // The simulator is away; it may come back.
    }
    setTimeout(tick, EVERY);
  };
  tick();
}
