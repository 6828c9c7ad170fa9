// The palette: ⌘K or Ctrl+K from anywhere. Without htmx, or without a script, the same link opens a page.

const palette = document.getElementById("palette");
if (palette && window.htmx) {
  const input = palette.querySelector("input");
  const links = () => [...palette.querySelectorAll("#palette-results a")];
  const open = () => {
    if (palette.open || document.querySelector("dialog[open]")) return;
    palette.showModal();
    input.select();
    palette.querySelector("form").dispatchEvent(new Event("cm-open"));
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-find]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open();
    } else if (event.target === palette) {
      palette.close();
    }
  });
  // Arrows move through the results and back to the input; Enter in the input goes to the first.
  palette.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown") {
      event.preventDefault();
      (all[at + 1] || all[0])?.focus();
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      (at > 0 ? all[at - 1] : input).focus();
    } else if (event.key === "Enter" && document.activeElement === input && all.length && !event.isComposing) {
      event.preventDefault();
      all[0].click();
    }
  });
}
