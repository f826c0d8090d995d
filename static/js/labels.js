// Names that Django's own widgets lack, for screen readers.

// The fields of a table of inlines are named by their columns. New rows are copies of an empty one.
for (const cell of document.querySelectorAll(".tabular tbody td:not(.original)")) {
  const column = cell.closest("table").tHead?.rows[0].cells[cell.cellIndex]?.textContent.trim();
  for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (column && !field.labels?.length) field.setAttribute("aria-label", column);
  }
}

// The magnifying glass of the two lists (filter_horizontal) has aria-label, which a plain span cannot have.
// Django draws it when the page has loaded.
addEventListener("load", () => {
  for (const glass of document.querySelectorAll(".search-label-icon")) glass.setAttribute("role", "img");
});
