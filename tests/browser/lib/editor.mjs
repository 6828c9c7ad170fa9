// The alias editor, as a person sees it.

import assert from "node:assert/strict";

export class Editor {
  constructor(page, key) {
    this.page = page;
    this.key = key;
    this.form = page.locator("#alias-form");
    this.names = page.locator('#alias-form input[name="name[]"]');
    this.modes = page.locator('#alias-form [name="mode[]"]');
    this.targets = page.locator('#alias-form input[name="target[]"]');
    this.add = page.locator("button#add");
    this.save = page.locator("button#save");
    this.saved = page.locator("#saved");
    this.summary = page.locator("#summary");
    this.test = page.locator("#test");
    this.result = page.locator("#test-result");
    this.alerts = page.locator("#alerts");
  }

  static async open(page, key, query = "") {
    await page.goto(`/keys/${key.id}/aliases${query}`);
    return new Editor(page, key);
  }

  /** Where the row of that alias is. */
  async row(name) {
    const id = await this.names.evaluateAll(
      (inputs, name) => inputs.find((input) => input.value === name)?.closest("li").dataset.row,
      name,
    );
    assert.ok(id, `there is no row named ${name}`);
    return {
      item: this.page.locator(`#row-${id}`),
      name: this.page.locator(`#name-${id}`),
      mode: this.page.locator(`#mode-${id}`),
      target: this.page.locator(`#target-${id}`),
      remove: this.page.locator(`#row-${id} [data-remove]`),
      nameSays: this.page.locator(`#name-${id}-msg`),
      targetSays: this.page.locator(`#target-${id}-msg`),
      hints: this.page.locator(`#hints-${id}`),
    };
  }

  /** What the rows say: `[[name, match, target], …]`. */
  async rows() {
    return this.form.evaluate((form) => {
      const values = (name) => [...form.querySelectorAll(`[name="${name}"]`)].map((field) => field.value);
      const [names, modes, targets] = ["name[]", "mode[]", "target[]"].map(values);
      return names.map((name, n) => [name, modes[n], targets[n]]);
    });
  }

  /** Adds a row by the button, and fills it without looking at the picker. */
  async addRow(name, mode, target) {
    const before = await this.names.count();
    await this.add.click();
    await this.names.nth(before).waitFor();
    const fresh = this.page.locator("#new-rows > li").last();
    await fresh.locator('[name="name[]"]').fill(name);
    await fresh.locator('[name="mode[]"]').selectOption(mode);
    await this.#fillTarget(fresh.locator('[name="target[]"]'), target);
  }

  /** Gives the alias of that name another target, without looking at the picker. */
  async retarget(name, target) {
    await this.#fillTarget((await this.row(name)).target, target);
  }

  /** Leaves the field afterwards, as the open list may cover the next button. */
  async #fillTarget(input, target) {
    await input.fill(target);
    await input.blur();
  }

  /** Waits until the test box says this. */
  async assertSays(sentence) {
    await assertText(this.result, sentence);
  }
}

/** Waits until the element's text, white space made single, is this text or matches it. */
export async function assertText(target, expected) {
  const wanted = expected instanceof RegExp ? expected : { source: expected };
  let last;
  for (let n = 0; n < 100; n++) {
    last = (await target.textContent().catch(() => null))?.replace(/\s+/g, " ").trim();
    if (expected instanceof RegExp ? wanted.test(last ?? "") : last === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${target} says ${JSON.stringify(last)}, not ${wanted.source}`);
}
