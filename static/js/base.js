// What every page needs: messages that go away, errors that htmx meets, copy buttons.

const byId = (id) => document.getElementById(id);

// A message goes after 8 seconds unless it offers something to do, and waits while it is looked at.
const arm = (toast) => {
  if (toast.hasAttribute("data-keep") || toast.dataset.armed) return;
  toast.dataset.armed = "1";
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
  const stop = () => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, start);
  start();
};
const armAll = () => document.querySelectorAll("[data-toast]").forEach(arm);
document.addEventListener("htmx:after:swap", armAll);
armAll();

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
});
