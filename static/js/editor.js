// The alias editor: what is unsaved, removing and putting back, and what happens to the form when the network or the
// session fails. Every rule about aliases is the server's; this only moves text, focus and attributes.
{
  const COUNT_FROM = 50;
  const NAME_MOST = 64;
  const form = () => document.getElementById("alias-form");
  const within = (element) => element instanceof Element && element.closest("#alias-form");
  const rowsOf = (theForm) => [...theForm.querySelectorAll("li[data-row]")];
  const part = (row, field) => row.querySelector(`#${field}-${row.dataset.row}`);

  // What a field says: a box says 1 if it is ticked.
  const said = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "0") : field.value);

  // Set while a page is left on purpose with the draft in hand.
  let leaving = false;

  // --- What is unsaved -------------------------------------------------------------------------------------------

  // A row counts once, however much of it changed; a new row counts once something is typed in it.
  const changes = (theForm) => {
    if (theForm.hasAttribute("data-readonly")) return 0;
    const rows = rowsOf(theForm);
    const here = new Set(rows.map((row) => row.dataset.row));
    const removed = (theForm.dataset.rows || "").split(" ").filter((id) => id && !here.has(id)).length;
    const changed = rows.filter((row) => {
      const fields = ["name", "mode", "target", "keep-name", "adapt"].map((field) => part(row, field));
      if (!fields.some((field) => field.hasAttribute("data-saved"))) {
        return fields[0].value.trim() !== "" || fields[2].value.trim() !== "";
      }
      return fields.some((field) => said(field) !== field.dataset.saved);
    });
    return removed + changed.length;
  };

  const showChanges = () => {
    const theForm = form();
    if (!theForm) return 0;
    const count = changes(theForm);
    document.documentElement.toggleAttribute("data-dirty", count > 0);
    const text = document.getElementById("changes");
    if (!text) return count;
    const says = count === 0 ? "No unsaved changes" : count === 1 ? "1 unsaved change" : `${count} unsaved changes`;
    if (text.textContent.trim() !== says) text.textContent = says;
    text.classList.toggle("muted", count === 0);
    const review = document.getElementById("review");
    if (review) review.hidden = count === 0;
    return count;
  };

  addEventListener("beforeunload", (event) => {
    if (!leaving && form() && showChanges() > 0) event.preventDefault();
  });

  // A form that is sent the plain way leaves with the draft in it.
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented && within(event.target)) leaving = true;
  });

  // Asks the server what it makes of the draft; the answer fills messages, hints and counts.
  let checked = null;
  const check = (input = null) => {
    checked = input;
    const live = document.getElementById("live-check");
    if (live) live.dispatchEvent(new CustomEvent("cm-check"));
  };
  const edited = () => {
    showChanges();
    form()?.dispatchEvent(new CustomEvent("cm-edited"));
    check();
  };

  // --- Fields ----------------------------------------------------------------------------------------------------

  const note = (input, text) => {
    const place = document.getElementById(input.id + "-note");
    if (place && place.textContent !== text) place.textContent = text;
  };

  const countName = (input) => {
    const length = [...input.value].length;
    note(input, length >= COUNT_FROM ? `${length} of ${NAME_MOST}` : "");
  };

  document.addEventListener("input", (event) => {
    if (!within(event.target)) return;
    if (event.target.name === "name[]") countName(event.target);
    if (event.target === checked) checked = null;
    showChanges();
  });

  // Before the check goes out: a name in capitals or with spaces around it is put right, and said so.
  document.addEventListener(
    "change",
    (event) => {
      const input = event.target;
      if (!within(input)) return;
      if (input.name === "name[]") {
        const tidy = input.value.trim().toLowerCase();
        const lowered = tidy !== input.value.trim();
        if (tidy !== input.value) input.value = tidy;
        countName(input);
        if (lowered) note(input, "Changed to lowercase.");
      }
      if (input.name.startsWith("keep-") && input.checked) {
        const row = input.closest("li[data-row]");
        for (const field of ["name", "mode", "target"]) {
          const value = input.dataset[field];
          if (value) part(row, field).value = value;
        }
        // A side that removed the alias says nothing of these.
        if (input.dataset.keepName) {
          part(row, "keep-name").checked = input.dataset.keepName === "1";
          part(row, "adapt").value = input.dataset.adapt;
        }
      }
      if (["name[]", "mode[]", "target[]", "keep_name[]", "adapt[]"].includes(input.name) || input.name.startsWith("keep-")) {
        showChanges();
        check(input);
      }
    },
    true,
  );

  // `aria-invalid` follows the message under the field, whoever put it there.
  const syncMessages = () => {
    for (const message of document.querySelectorAll("#alias-form .msg[id$='-msg']")) {
      const input = document.getElementById(message.id.slice(0, -4));
      if (!input) continue;
      if (message.textContent.trim()) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };

  // What would change nothing is not swapped: it keeps what is unfolded and focused, and is not spoken again. Neither is
  // a message about a field that is still being typed in.
  const plain = (html) => html.replaceAll(/ (?:data-htmx-powered="true"|open=""|class="")/g, "").trim();
  const idle = (task) => {
    if (task.type !== "partial" || !task.target || task.swapSpec.style !== "innerHTML") return false;
    const typing = document.activeElement;
    const message = typing?.matches?.("input.f") && task.target.id === `${typing.id}-msg`;
    if (message && typing !== checked) return true;
    const holder = document.createElement("div");
    holder.append(task.fragment.cloneNode(true));
    return plain(holder.innerHTML) === plain(task.target.innerHTML);
  };
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    if (!ctx?.sourceElement?.closest?.("#editor")) return;
    if (!ctx.sourceElement.matches("#live-check")) checked = document.activeElement;
    for (let at = tasks.length - 1; at >= 0; at--) if (idle(tasks[at])) tasks.splice(at, 1);
  });

  // --- Removing and putting back ---------------------------------------------------------------------------------

  let removed = null;

  const forget = () => (removed = null);

  document.addEventListener("htmx:before:swap", (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (!source?.matches?.("[data-remove]") || event.detail.ctx.swap !== "delete") return;
    const row = source.closest("li[data-row]");
    const copy = row.cloneNode(true);
    // A copy keeps typed text but not a select's choice, and must not look wired already.
    for (const field of ["mode", "adapt"]) part(copy, field).value = part(row, field).value;
    for (const element of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["data-htmx-powered", "data-wired"]) element.removeAttribute(name);
      element.classList.remove("htmx-request", "htmx-swapping");
    }
    removed = {
      row: copy,
      list: row.parentElement,
      before: row.nextElementSibling,
      name: part(row, "name").value,
      hadFocus: row.contains(document.activeElement),
    };
  });

  const focusAfterRemoval = ({ before, list }) => {
    const next = before?.isConnected ? before : list.lastElementChild || rowsOf(form()).at(-1);
    const place = next && part(next, "name");
    (place || document.getElementById("add"))?.focus();
  };

  document.addEventListener("htmx:after:swap", (event) => {
    syncMessages();
    showChanges();
    const source = event.detail.ctx?.sourceElement;
    if (removed && !removed.told) {
      removed.told = true;
      if (document.activeElement === document.body || removed.hadFocus) focusAfterRemoval(removed);
      const status = document.getElementById("row-status");
      status.replaceChildren(removed.name ? `Alias ${removed.name} removed. ` : "Row removed. ");
      const undo = document.createElement("button");
      undo.type = "button";
      undo.className = "link";
      undo.dataset.putBack = "";
      undo.textContent = "Undo";
      status.append(undo);
      form().dispatchEvent(new CustomEvent("cm-edited"));
    } else if (source?.id === "new-rows" || source?.value?.startsWith?.("add")) {
      form()?.dispatchEvent(new CustomEvent("cm-edited"));
    }
  });

  const putBack = () => {
    if (!removed) return;
    const { row, list, before } = removed;
    if (list.isConnected) list.insertBefore(row, before?.isConnected ? before : null);
    else document.getElementById("new-rows").append(row);
    htmx.process(row);
    document.getElementById("row-status").replaceChildren(`Alias ${removed.name} is back.`.replace("Alias  is", "Row is"));
    forget();
    part(row, "name").focus();
    edited();
  };

  // --- Clicks ----------------------------------------------------------------------------------------------------

  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("#editor button, #editor a");
      if (!button) return;
      // A suggestion fills its field here, so that what is being typed elsewhere is left alone.
      if (button.dataset.fill) {
        const row = button.closest("li[data-row]");
        const input = row && part(row, button.dataset.fill);
        if (!input) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (button.dataset.mode) part(row, "mode").value = button.dataset.mode;
        input.value = button.dataset.value;
        input.focus();
        input.setSelectionRange?.(input.value.length, input.value.length);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      } else if ("try" in button.dataset) {
        event.preventDefault();
        event.stopImmediatePropagation();
        const test = document.getElementById("test");
        test.value = button.dataset.try;
        test.focus();
        document.getElementById("test-now").click();
      } else if ("putBack" in button.dataset) {
        putBack();
      } else if (button.id === "discard") {
        const count = showChanges();
        if (count > 1 && !confirm(`Discard ${count} unsaved changes?`)) event.preventDefault();
        else leaving = true;
      } else if (button.closest("#summary") && button.hash) {
        const input = document.getElementById(button.hash.slice(1));
        if (!input) return;
        event.preventDefault();
        input.focus();
      }
    },
    true,
  );

  // The whole catalog is a page of its own: the draft goes there in the form, and comes back with the model in it.
  document.addEventListener("cm-browse", (event) => {
    const theForm = form();
    const op = document.createElement("input");
    Object.assign(op, { type: "hidden", name: "op", value: `pick:${event.detail.row}` });
    theForm.append(op);
    theForm.action = event.detail.url;
    leaving = true;
    HTMLFormElement.prototype.submit.call(theForm);
  });

  document.addEventListener("keydown", (event) => {
    if (!within(event.target) || event.isComposing) return;
    if (event.key === "Enter" && event.target.id === "test") {
      event.preventDefault();
      document.getElementById("test-now").click();
    }
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      const save = document.getElementById("save");
      if (!save) return;
      event.preventDefault();
      // What is typed in the field counts as typed, although the field keeps focus.
      if (event.target.name === "name[]") event.target.dispatchEvent(new Event("change", { bubbles: true }));
      form().requestSubmit(save);
    }
  });

  // --- While the server works, and when it fails -----------------------------------------------------------------

  const saving = (ctx) => ctx?.sourceElement?.matches?.("#alias-form, #undo-form");
  const testing = (ctx) => ctx?.sourceElement?.matches?.("#test, #test-now");

  // A server that cannot be reached is told like one that fails, and without a message in the browser's console.
  const reach = (ctx) => {
    if (!ctx?.sourceElement?.closest?.("#editor")) return;
    ctx.fetch = (address, request) =>
      fetch(address, request).catch((error) => {
        if (error.name === "AbortError" && request.signal.reason !== "timeout") throw error;
        return new Response(null, { status: 503 });
      });
  };

  document.addEventListener("htmx:before:request", (event) => {
    reach(event.detail.ctx);
    if (!saving(event.detail.ctx)) return;
    const save = document.getElementById("save");
    if (!save) return;
    save.setAttribute("aria-busy", "true");
    save.dataset.label ||= save.textContent;
    save.textContent = "Saving…";
  });

  document.addEventListener("htmx:finally:request", (event) => {
    if (!saving(event.detail.ctx)) return;
    const save = document.getElementById("save");
    if (!save?.dataset.label) return;
    save.removeAttribute("aria-busy");
    save.textContent = save.dataset.label;
    delete save.dataset.label;
  });

  const couldNotSave = () => {
    const alerts = document.getElementById("alerts");
    if (!alerts) return;
    const toast = document.createElement("div");
    toast.className = "toast bad";
    toast.dataset.toast = "";
    toast.dataset.keep = "";
    toast.dataset.saveFailed = "";
    const text = document.createElement("p");
    text.textContent = "Couldn't save. Your edits are still here. Try again.";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn small";
    again.dataset.saveAgain = "";
    again.textContent = "Try again";
    const dismiss = document.createElement("button");
    dismiss.type = "button";
    dismiss.className = "btn quiet small";
    dismiss.dataset.dismiss = "";
    dismiss.textContent = "Dismiss";
    toast.append(text, again, dismiss);
    alerts.replaceChildren(toast);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-save-again]")) return;
    document.getElementById("alerts").replaceChildren();
    const save = document.getElementById("save");
    save?.focus();
    form()?.requestSubmit(save);
  });

  const notUpdated = (failed) => {
    document.getElementById("verdict")?.classList.toggle("stale", failed);
    const place = document.getElementById("test-stale");
    const text = failed ? "Not updated. Retrying when you type." : "";
    if (place && place.textContent !== text) place.textContent = text;
  };

  // Ahead of the handler that every page has, whose words know less.
  const failed = (event) => {
    const ctx = event.detail.ctx;
    const element = ctx?.sourceElement;
    if (!element?.closest?.("#editor")) return;
    const status = ctx.response?.status;
    if (event.type === "htmx:response:error" && status < 500) return;
    if (saving(ctx)) couldNotSave();
    else if (testing(ctx)) notUpdated(true);
    // A check that fails says nothing: the next one, or the save, will.
    if (saving(ctx) || testing(ctx) || element.matches("#live-check, #version-banner")) event.stopImmediatePropagation();
  };
  document.addEventListener("htmx:response:error", failed, true);
  document.addEventListener("htmx:error", failed, true);

  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    if (testing(ctx) && ctx.response?.status < 400) notUpdated(false);
    if (saving(ctx) && ctx.response?.status < 500) document.querySelector("[data-save-failed]")?.remove();
  });

  // --- Small things ----------------------------------------------------------------------------------------------

  // Clock times are told in UTC by the server and in the reader's own time here.
  const localTimes = () => {
    for (const time of document.querySelectorAll("time[data-clock]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = at.toLocaleTimeString("en-GB");
      time.removeAttribute("data-clock");
    }
  };

  const settle = () => {
    localTimes();
    syncMessages();
    showChanges();
  };

  document.addEventListener("htmx:after:swap", localTimes);
  // A swap of the whole editor ends what could be put back.
  document.addEventListener("htmx:before:cleanup", (event) => event.target.id === "editor" && forget());

  if (form()) {
    if (matchMedia("(max-width: 44rem)").matches) document.getElementById("why")?.removeAttribute("open");
    settle();
    // Coming back by the Back button, a browser may have refilled the fields.
    addEventListener("pageshow", settle);
  }
}
