// <cm-combobox>: an editable combobox around one text input (APG: list autocomplete with manual selection). Focus stays
// in the input and aria-activedescendant moves. Without this script the input keeps its native datalist.
(() => {
  "use strict";

  const SEARCH_AFTER = 120;
  const SAY_SEARCHING_AFTER = 300;
  const SAY_COUNT_AFTER = 700;
  const MOST_TYPED = 100;

  class Combobox extends HTMLElement {
    #input;
    #popup;
    #list;
    #status;
    #active = -1;
    #committed = "";
    #asked = 0;
    #request;
    #quiet = false;
    #timers = {};

    connectedCallback() {
      this.#input = this.querySelector("input");
      if (!this.#input) return;
      // A row that was removed and put back comes as a copy, with what an earlier life had made.
      for (const old of this.querySelectorAll("[data-made]")) old.remove();
      const input = this.#input;
      const id = input.id + "-lb";
      input.removeAttribute("list");
      for (const [name, value] of Object.entries({
        role: "combobox",
        "aria-autocomplete": "list",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-controls": id,
      })) {
        input.setAttribute(name, value);
      }
      input.removeAttribute("aria-activedescendant");
      this.#committed = input.value;

      this.#popup = this.#make("div", { class: "cb-popup", hidden: "" });
      this.#list = this.#make("ul", { id, role: "listbox", "aria-label": "Models", hidden: "" });
      this.#popup.append(this.#list);
      this.#status = this.#make("span", { class: "vh", role: "status" });
      const opener = this.#make("button", { type: "button", class: "cb-open", tabindex: "-1", "aria-label": "Show models", "data-open": "" });
      this.append(opener, this.#popup, this.#status);

      if (this.dataset.wired) return;
      this.dataset.wired = "";
      this.addEventListener("keydown", (event) => this.#key(event));
      this.addEventListener("input", (event) => this.#quiet || this.#typed(event));
      this.addEventListener("compositionend", () => this.#typed({}));
      this.addEventListener("change", () => (this.#committed = this.#input.value));
      this.addEventListener("focusin", () => (this.#committed = this.#input.value));
      this.addEventListener("focusout", () => this.#close());
      this.addEventListener("click", (event) => this.#click(event));
      // The input keeps focus while the mouse is on the list.
      this.addEventListener("mousedown", (event) => event.target === this.#input || event.preventDefault());
    }

    disconnectedCallback() {
      this.#stop();
      delete this.dataset.wired;
    }

    get #open() {
      return !this.#popup.hidden;
    }

    get #options() {
      return [...this.#list.querySelectorAll("[role=option]")];
    }

    #make(tag, attributes) {
      const element = document.createElement(tag);
      element.setAttribute("data-made", "");
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    }

    #key(event) {
      if (event.target !== this.#input || event.isComposing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey && event.key !== "Tab") return;
      const was = this.#open;
      switch (event.key) {
        case "ArrowDown":
          event.preventDefault();
          if (event.altKey) {
            if (!was) this.#search({ activate: null });
          } else if (was) {
            this.#move(1);
          } else {
            this.#search({ activate: "first" });
          }
          break;
        case "ArrowUp":
          event.preventDefault();
          if (event.altKey) this.#close();
          else if (was) this.#move(-1);
          else this.#search({ activate: "last" });
          break;
        case "Enter":
          if (!was) return void this.#stop();
          event.preventDefault();
          if (this.#active >= 0) this.#pick(this.#options[this.#active]);
          else this.#close();
          break;
        case "Escape":
          if (was) {
            event.preventDefault();
            this.#close();
          } else if (this.#input.value !== this.#committed) {
            event.preventDefault();
            this.#stop();
            this.#set(this.#committed, ["input"]);
          }
          break;
        case "Tab":
          this.#close();
          break;
        default:
      }
    }

    #typed(event) {
      if (event.isComposing || this.#input.readOnly) return;
      this.#activate(-1);
      clearTimeout(this.#timers.search);
      this.#timers.search = setTimeout(() => this.#search({ activate: null }), SEARCH_AFTER);
    }

    // Asks for options and opens. Of two answers only the later question's counts, and none after focus has left.
    async #search({ activate }) {
      this.#stop();
      const asked = ++this.#asked;
      this.#request = new AbortController();
      this.#timers.searching = setTimeout(() => this.#say("searching", "Searching…"), SAY_SEARCHING_AFTER);
      const address = new URL(this.dataset.src, location.href);
      address.searchParams.set("q", [...this.#input.value].slice(0, MOST_TYPED).join(""));
      address.searchParams.set("for", this.#input.id);
      address.searchParams.set("key", this.dataset.key);
      let html = null;
      try {
        const answer = await fetch(address, { signal: this.#request.signal, headers: { "HX-Request-Type": "partial" } });
        if (answer.ok) html = await answer.text();
      } catch (error) {
        if (error.name === "AbortError") return;
      }
      if (asked !== this.#asked) return;
      clearTimeout(this.#timers.searching);
      if (document.activeElement !== this.#input || !this.isConnected) return;
      if (html === null) this.#fail();
      else this.#show(html, activate);
    }

    #show(html, activate) {
      const template = document.createElement("template");
      template.innerHTML = html;
      const found = template.content.querySelector("[data-options]");
      if (!found) return this.#fail();
      this.#list.replaceChildren(...found.children);
      this.#foot(template.content.querySelector("[data-foot]"));
      this.#active = -1;
      this.#expand();
      const options = this.#options;
      if (options.length && activate) this.#activate(activate === "first" ? 0 : options.length - 1);
      else this.#activate(-1);
      clearTimeout(this.#timers.count);
      this.#timers.count = setTimeout(() => this.#tell(found.dataset.say || ""), SAY_COUNT_AFTER);
    }

    // A line in place of options: only looked at, not spoken.
    #say(kind, text) {
      this.#list.replaceChildren();
      this.#active = -1;
      const line = document.createElement("p");
      line.dataset.foot = kind;
      line.className = "cb-line";
      line.textContent = text;
      this.#foot(line);
      this.#expand();
      return line;
    }

    #fail() {
      const text = "Search isn't working. You can type an exact model id.";
      const line = this.#say("error", text + " ");
      const retry = document.createElement("button");
      retry.type = "button";
      retry.tabIndex = -1;
      retry.className = "link";
      retry.dataset.retry = "";
      retry.textContent = "Try again";
      line.append(retry);
      this.#tell("Search isn't working.");
    }

    #foot(element) {
      this.#popup.querySelector("[data-foot]")?.remove();
      if (element) this.#popup.append(element);
    }

    #expand() {
      const any = this.#list.childElementCount > 0;
      this.#popup.hidden = false;
      this.#list.hidden = !any;
      // A listbox without options is none: the line below the input is all there is.
      this.#input.setAttribute("aria-expanded", String(any));
      this.#place();
    }

    // Below the input, unless it would cover what must stay in reach and there is more room above; shorter if neither
    // side has room for all of it.
    #place() {
      const popup = this.#popup;
      popup.classList.remove("up", "short");
      const input = this.#input.getBoundingClientRect();
      const keep = document.querySelector("[data-clear]")?.getBoundingClientRect().top ?? innerHeight;
      const below = Math.min(keep > input.bottom ? keep : innerHeight, innerHeight) - input.bottom - 12;
      const above = input.top - 12;
      if (popup.offsetHeight <= below) return;
      if (popup.offsetHeight <= above) return popup.classList.add("up");
      popup.classList.add("short");
      if (popup.offsetHeight > below && popup.offsetHeight <= above) popup.classList.add("up");
    }

    #move(step) {
      const count = this.#options.length;
      if (!count) return;
      const from = this.#active < 0 && step < 0 ? count : this.#active;
      this.#activate((from + step + count) % count);
    }

    #activate(at) {
      this.#active = at;
      this.#options.forEach((option, n) => {
        option.setAttribute("aria-selected", String(n === at));
        if (n === at) option.scrollIntoView({ block: "nearest" });
      });
      const option = this.#options[at];
      if (option) this.#input.setAttribute("aria-activedescendant", option.id);
      else this.#input.removeAttribute("aria-activedescendant");
    }

    #click(event) {
      if (event.target === this.#input) return;
      const option = event.target.closest("[role=option]");
      if (option) return this.#pick(option);
      if (event.target.closest("[data-open]")) {
        this.#input.focus();
        return this.#open ? this.#close() : void this.#search({ activate: null });
      }
      if (event.target.closest("[data-retry]")) return void this.#search({ activate: null });
      if (event.target.closest("[data-browse]")) {
        this.dispatchEvent(new CustomEvent("cm-browse", { bubbles: true, detail: { row: this.dataset.row, url: this.dataset.pick } }));
      }
    }

    #pick(option) {
      if (!option) return;
      const id = option.dataset.value;
      if (option.getAttribute("aria-disabled") === "true") {
        this.#tell(`${id} isn't enabled for this key`);
        return;
      }
      this.#close();
      this.#set(id, ["input", "change"]);
      this.#tell(`${id} selected`);
    }

    // Changes the text as if it had been typed, for whoever listens, without searching for it.
    #set(value, events) {
      this.#input.value = value;
      this.#input.setSelectionRange(value.length, value.length);
      this.#quiet = true;
      for (const name of events) this.#input.dispatchEvent(new Event(name, { bubbles: true }));
      this.#quiet = false;
    }

    #tell(text) {
      this.#status.textContent = text;
    }

    // Whatever was about to be asked or is being asked no longer counts.
    #stop() {
      this.#asked++;
      for (const timer of Object.values(this.#timers)) clearTimeout(timer);
      this.#request?.abort();
    }

    #close() {
      this.#stop();
      this.#popup.hidden = true;
      this.#list.hidden = true;
      this.#active = -1;
      this.#input.setAttribute("aria-expanded", "false");
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  customElements.define("cm-combobox", Combobox);
})();
