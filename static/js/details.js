// What a person has opened or closed stays so when htmx puts newer content in its place.
const chosen = new Map();

document.addEventListener("click", ({ target }) => {
  const details = target.closest?.("details[id] > summary")?.parentElement;
  if (details) chosen.set(details.id, !details.open);
});

const follow = () => {
  for (const details of document.querySelectorAll("details[id]")) {
    if (chosen.has(details.id)) details.open = chosen.get(details.id);
  }
};

document.addEventListener("htmx:afterSwap", follow);
document.addEventListener("htmx:oobAfterSwap", follow);
