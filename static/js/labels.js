// Names that Django's own widgets lack, for screen readers.

// The fields of a table of inlines are named by their columns. New rows are copies of an empty one.
for (const cell of document.querySelectorAll(".tabular tbody td:not(.original)")) {
  const column = cell.closest("table").tHead?.rows[0].cells[cell.cellIndex]?.textContent.trim();
  for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (column && !field.labels?.length) field.setAttribute("aria-label", column);
  }
}

// A select2 with several values has a × at each of them. The one for all of them would be a <span> right in
// the list, where only items may be. Modules run before select2 draws.
for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
  select.dataset.allowClear = "false";
}

// What Django draws once the page is there. It waits for jQuery, which may be a moment later than the event.
addEventListener("load", () => setTimeout(() => {
  // The magnifying glass of the two lists (filter_horizontal) has aria-label, which a plain span cannot have.
  for (const glass of document.querySelectorAll(".search-label-icon")) glass.setAttribute("role", "img");

  // The search field of a select2 has no name: it is that of the select it stands for.
  for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
    const search = select.nextElementSibling?.querySelector(".select2-search__field");
    search?.setAttribute("aria-label", select.labels[0]?.textContent.trim().replace(/:$/, "") ?? "");
  }
}));
