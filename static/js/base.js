// What every page needs: messages, errors that htmx meets, copy buttons, menus, dialogs. Nothing here is needed to use a
// page; it only makes it quicker.

const byId = (id) => document.getElementById(id);
const say = (text) => { const place = byId("said"); if (place) place.textContent = text; };

if (window.htmx) document.documentElement.classList.add("live");

// --- Messages --------------------------------------------------------------------------------------------------------

// A message goes after 8 seconds unless it offers something to do, and waits while it is looked at.
const arm = (toast) => {
  if (toast.hasAttribute("data-keep") || toast.dataset.armed) return;
  toast.dataset.armed = "1";
  let timer;
  const start = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), 8000); };
  const stop = () => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, start);
  start();
};
const armAll = () => document.querySelectorAll("[data-toast]").forEach(arm);
document.addEventListener("htmx:after:swap", armAll);
armAll();

const dismiss = (toast) => {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) byId("main")?.focus();
};
document.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-dismiss]")?.closest("[data-toast]");
  if (toast) dismiss(toast);
});

// --- Errors ----------------------------------------------------------------------------------------------------------

// One alert at a time, with a way to try again: the same form, or the same event on what asked.
const alertAbout = (text, retry) => {
  const alerts = byId("alerts");
  if (!alerts) return;
  const toast = document.createElement("div");
  toast.className = "toast bad";
  toast.dataset.toast = toast.dataset.keep = "";
  const words = document.createElement("p");
  words.textContent = text;
  const button = (label, action, quiet) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = quiet ? "btn quiet small" : "btn small";
    made.textContent = label;
    made.addEventListener("click", action);
    return made;
  };
  toast.append(words, button("Retry", () => { toast.remove(); retry(); }), button("Dismiss", () => dismiss(toast), true));
  alerts.replaceChildren(toast);
};
const again = (ctx) => () => {
  const element = ctx.sourceElement;
  if (!element?.isConnected) location.reload();
  else if (element.matches("form") && ctx.sourceEvent?.type === "submit") element.requestSubmit(ctx.request?.submitter);
  else element.dispatchEvent(new Event(ctx.sourceEvent?.type || "change", { bubbles: true }));
};
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) return;
  if (ctx.response.status === 503) {
    alertAbout("The server is busy, or can't reach its database right now. Try again in a few seconds.", again(ctx));
    return;
  }
  const id = ctx.response.headers.get("x-request-id");
  alertAbout(`Something went wrong on our side. Nothing was changed.${id ? ` Id: ${id}` : ""}`, again(ctx));
});
document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  if (!ctx?.request) return;
  alertAbout(error?.name === "AbortError" ? "This took too long. Nothing was changed." : "The server can't be reached.", again(ctx));
});

// --- Where the focus goes --------------------------------------------------------------------------------------------

// A fragment says it by `autofocus`, at which a browser grumbles in a page that has the focus somewhere already.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const { fragment } of tasks) {
    for (const one of fragment?.querySelectorAll("[autofocus]") ?? []) {
      one.removeAttribute("autofocus");
      one.setAttribute("data-focus", "");
    }
  }
});
document.addEventListener("htmx:after:swap", () => {
  const wanted = document.querySelectorAll("[data-focus]");
  for (const one of wanted) one.removeAttribute("data-focus");
  wanted[0]?.focus();
});

// --- Live filters ----------------------------------------------------------------------------------------------------

// The address follows a live filter, so that reload, Back and sharing keep it.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const form = ctx?.sourceElement;
  if (!form?.matches?.("form[data-mirror]")) return;
  const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  form.querySelector("[data-clear]")?.toggleAttribute("hidden", [...said.keys()].every((name) => name === "sort"));
  history.replaceState(history.state, "", said.size ? `${form.action}?${said}` : form.action);
});

// --- Copying ---------------------------------------------------------------------------------------------------------

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the browser offers only the old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
};
// `data-copy` names the element whose text to copy; `data-copy-text` is the text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = byId(button.dataset.copy || "");
  await copy(button.dataset.copyText ?? source?.value ?? source?.textContent ?? "");
  button.focus();
  say("Copied");
  const label = button.querySelector("[data-label]") || button;
  label.dataset.was ||= label.textContent;
  label.textContent = "Copied";
  setTimeout(() => { label.textContent = label.dataset.was; say(""); }, 2000);
  button.dispatchEvent(new CustomEvent("cm-copied", { bubbles: true }));
});

// --- Menus and dialogs -----------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A link that asks before it does something opens its page in a dialog. Without a script, or if that fails, the page.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector(link.dataset.dialog);
    if (!answer.ok || answer.redirected || !part) throw new Error("no such part");
    const dialog = document.createElement("dialog");
    const title = part.querySelector("h1");
    if (title) {
      title.id = "dialog-title";
      dialog.setAttribute("aria-labelledby", title.id);
    }
    part.removeAttribute("id");
    // The browser would set focus by itself, before the dialog is open.
    for (const field of part.querySelectorAll("[autofocus]")) field.removeAttribute("autofocus");
    dialog.append(part);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (click) => {
      const cancel = click.target.closest("[data-cancel]");
      if (cancel) click.preventDefault();
      if (cancel || click.target === dialog) dialog.close();
    });
    link.closest("details[data-menu]")?.removeAttribute("open");
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), [data-cancel]")?.focus();
  } catch {
    location.assign(link.href);
  }
});
