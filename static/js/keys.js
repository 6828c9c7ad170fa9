// The list of keys and the page that shows a new one.

// --- Selecting several -----------------------------------------------------------------------------------------------

const boxes = (id) => [...document.querySelectorAll(`input[type=checkbox][form="${id}"]`)];
const recount = (id) => {
  const all = boxes(id);
  const on = all.filter((box) => box.checked).length;
  const text = document.querySelector(`[data-count="${id}"]`);
  if (text) text.textContent = `With ${on} selected:`;
  const master = document.querySelector(`[data-all="${id}"]`);
  if (master) {
    master.checked = on > 0 && on === all.length;
    master.indeterminate = on > 0 && on < all.length;
  }
};
document.addEventListener("change", ({ target }) => {
  if (target.dataset.all) {
    for (const box of boxes(target.dataset.all)) box.checked = target.checked;
    recount(target.dataset.all);
  } else if (target.matches("input[type=checkbox][form]")) {
    recount(target.getAttribute("form"));
  }
});
const recountAll = () => document.querySelectorAll("[data-count]").forEach((text) => recount(text.dataset.count));
document.addEventListener("htmx:after:swap", recountAll);
addEventListener("pageshow", recountAll);

// --- The secret, shown once ------------------------------------------------------------------------------------------

const once = document.querySelector("[data-once]");
if (once) {
  let safe = false;
  once.addEventListener("focusin", (event) => event.target.select?.());
  document.addEventListener("cm-copied", () => { safe = true; });
  document.addEventListener("copy", () => { safe = true; });
  once.addEventListener("click", (event) => { if (event.target.closest("[data-stored]")) safe = true; });
  addEventListener("beforeunload", (event) => { if (!safe) event.preventDefault(); });
  if (once.contains(document.activeElement)) document.activeElement.select?.();
}
