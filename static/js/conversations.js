// What an open conversation does by itself: scroll to what is new, count the window down, ring.
const list = () => document.getElementById("talks-list");
const title = document.title;
const KEY = "alerts";

// -- Scrolling: only for somebody who looks at the end already ---------------------------------------

const page = document.scrollingElement;
const isAtEnd = () => page.scrollHeight - page.scrollTop - innerHeight < 160;
const toEnd = () => page.scrollTo(0, page.scrollHeight);
let wasAtEnd = true;

if (document.getElementById("pulse") && !location.hash) toEnd();
document.addEventListener("htmx:beforeSwap", () => { wasAtEnd = isAtEnd(); });
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (wasAtEnd && ["pulse", "composer"].includes(detail.elt?.id)) toEnd();
});

// A note that opens must not cover what was said last.
document.addEventListener("toggle", ({ target }) => {
  if (target.id === "note-form" && page.scrollHeight - page.scrollTop - innerHeight < 400) toEnd();
}, true);

// -- Reading: what came while nobody looked stays unread -----------------------------------------------

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "pulse") detail.parameters.visible = String(!document.hidden);
  if (detail.elt.closest(".composer")) {
    // A note must not cost the half-written answer, nor the other way round.
    for (const field of document.querySelectorAll("#composer textarea")) detail.parameters[field.name] = field.value;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("#composer textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// -- The window ----------------------------------------------------------------------------------------

const two = (number) => String(number).padStart(2, "0");

function tick() {
  for (const time of document.querySelectorAll("[data-ends]")) {
    const left = Math.max(0, Math.floor((Date.parse(time.dataset.ends) - Date.now()) / 1000));
    time.textContent = `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    // The server says what is allowed from now on.
    if (!left && time.dataset.over !== "true") {
      time.dataset.over = "true";
      htmx.trigger(document.body, "news");
    }
  }
}

setInterval(tick, 1000);
tick();

// -- Ringing ---------------------------------------------------------------------------------------------

const button = document.querySelector("[data-alerts]");
let isOn = true;
let newest = list()?.dataset.newest ?? "";
let sound;

try {
  isOn = localStorage.getItem(KEY) !== "off";
} catch {
  // Storage is switched off: the choice lasts as long as the page.
}

function show() {
  const unread = list()?.dataset.unread ?? "";
  document.title = isOn && unread ? `(${unread}) ${title}` : title;
  button?.setAttribute("aria-pressed", String(isOn));
  for (const badge of document.querySelectorAll("[data-unread-badge]")) {
    badge.hidden = !unread;
    badge.firstElementChild.textContent = unread;
  }
}

// Two short tones. Browsers are silent until somebody has clicked somewhere in the page.
function ring() {
  sound ??= new AudioContext();
  if (sound.state !== "running") return;
  for (const [after, pitch] of [[0, 660], [0.14, 880]]) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    const begins = sound.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.08, begins);
    volume.gain.exponentialRampToValueAtTime(0.0001, begins + 0.12);
    tone.connect(volume).connect(sound.destination);
    tone.start(begins);
    tone.stop(begins + 0.13);
  }
}

document.addEventListener("click", () => { sound?.resume(); });

button?.addEventListener("click", () => {
  isOn = !isOn;
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {
    // As above.
  }
  show();
  if (isOn) ring();
});

document.addEventListener("htmx:afterSwap", () => {
  const now = list()?.dataset.newest ?? "";
  if (isOn && now > newest) ring();
  newest = now > newest ? now : newest;
  show();
  tick();
});
show();
