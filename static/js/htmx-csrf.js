// Every request of htmx carries the page's CSRF token, also those that are not forms.
const token = document.querySelector("meta[name=csrf-token]").content;

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = token;
});
