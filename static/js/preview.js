// The preview beside a form is always open on a wide screen. On a narrow one it starts closed, and stays as
// the person leaves it when htmx puts a new form in its place.
const wide = matchMedia("(min-width: 64rem)");
let openedByHand = false;

const follow = () => {
  for (const preview of document.querySelectorAll("details.preview")) preview.open = wide.matches || openedByHand;
};

document.addEventListener("click", ({ target }) => {
  const preview = target.closest?.("details.preview > summary")?.parentElement;
  if (preview) openedByHand = !preview.open;
});
document.addEventListener("htmx:afterSwap", follow);
wide.addEventListener("change", follow);
follow();
