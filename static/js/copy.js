// <button data-copy="what to copy">icon and label</button>
const SHOWN_MS = 2000;
const announcer = document.getElementById("announcer");

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  await write(button.dataset.copy);
  confirm(button);
});

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers offer the clipboard to secure pages only; an installation may be on plain HTTP.
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

// The label says "Copied" for a moment, and so does the page's status line.
function confirm(button) {
  const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const { copied } = announcer.dataset;
  announcer.textContent = copied;
  if (!label || label.data === copied) return;
  const before = label.data;
  label.data = copied;
  setTimeout(() => {
    label.data = before;
    announcer.textContent = "";
  }, SHOWN_MS);
}
