// The target picker: what each key does, closed and open, and what happens on the way. Each function is one check, named
// in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { Editor, assertText } from "../lib/editor.mjs";
import { assertFocused } from "../lib/keyboard.mjs";

const SAVED = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];

/** An owner in the picker of a key's only alias. */
async function atPicker(scene, like) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [SAVED]);
  const page = await scene.recognised(people.owner, like);
  const editor = await Editor.open(page, key);
  const input = editor.targets.first();
  await input.focus();
  return { people, key, page, editor, input, picker: new Picker(page, input) };
}

class Picker {
  constructor(page, input) {
    this.page = page;
    this.input = input;
    this.options = page.locator('[role="listbox"]:visible [role="option"]');
  }

  async isOpen() {
    return (await this.input.getAttribute("aria-expanded")) === "true";
  }

  /** Waits until the list is open or closed. */
  async assert(state) {
    const wanted = state === "open" ? "true" : "false";
    await assertAttribute(this.input, "aria-expanded", wanted);
    if (state === "open") await this.options.first().waitFor();
    else assert.equal(await this.options.count(), 0);
  }

  /** The place of the active option, or -1; what the input says and what the options say must agree. */
  async active() {
    const id = await this.input.getAttribute("aria-activedescendant");
    const selected = await this.options.evaluateAll((options) =>
      options.flatMap((option, n) => (option.getAttribute("aria-selected") === "true" ? [[n, option.id]] : [])),
    );
    if (!id) {
      assert.deepEqual(selected, []);
      return -1;
    }
    assert.deepEqual(selected.map((one) => one[1]), [id]);
    return selected[0][0];
  }

  /** Types, and waits for the list that belongs to what was typed. */
  async type(text) {
    await Promise.all([
      this.page.waitForResponse((answer) => new URL(answer.url()).searchParams.get("q")?.endsWith(text) ?? false),
      this.input.pressSequentially(text),
    ]);
    await this.assert("open");
  }

  async clear() {
    await this.input.press("Control+a");
    await this.input.press("Delete");
  }
}

async function assertAttribute(target, name, wanted) {
  let last;
  for (let n = 0; n < 100; n++) {
    last = await target.getAttribute(name);
    if (last === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  assert.fail(`${target} has ${name}=${JSON.stringify(last)}, not ${JSON.stringify(wanted)}`);
}

export async function the_input_is_a_combobox(scene) {
  const { page, input, picker } = await atPicker(scene);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-haspopup", "listbox"],
    ["aria-expanded", "false"],
    ["list", null],
  ]) {
    assert.equal(await input.getAttribute(name), value, name);
  }
  const list = page.locator(`[id="${await input.getAttribute("aria-controls")}"]`);
  assert.equal(await list.getAttribute("role"), "listbox");
  assert.equal(await list.getAttribute("aria-label"), "Models");
  await picker.clear();
  await picker.type("openai/gpt-5.5");
  assert.equal(await list.locator('[role="group"]').count(), 0);
  await assertText(picker.options.first(), /openai\/gpt-5\.5.*\$/);
}

export async function typing_opens_the_list_with_nothing_active(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("gpt");
  assert.equal(await picker.active(), -1);
  await picker.input.press("ArrowDown");
  assert.equal(await picker.active(), 0);
  await picker.type("-5");
  assert.equal(await picker.active(), -1);
}

export async function arrow_down_opens_at_the_first(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.input.press("Escape");
  await picker.input.press("ArrowDown");
  await picker.assert("open");
  assert.equal(await picker.active(), 0);
}

export async function alt_arrow_down_opens_with_none_active(scene) {
  const { picker } = await atPicker(scene);
  await picker.input.press("Alt+ArrowDown");
  await picker.assert("open");
  assert.equal(await picker.active(), -1);
}

export async function arrow_up_opens_at_the_last(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.input.press("Escape");
  await picker.input.press("ArrowUp");
  await picker.assert("open");
  assert.equal(await picker.active(), (await picker.options.count()) - 1);
}

export async function the_arrows_go_round(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("claude-opus");
  const last = (await picker.options.count()) - 1;
  assert.ok(last >= 3);
  await picker.input.press("ArrowUp");
  assert.equal(await picker.active(), last);
  await picker.input.press("ArrowDown");
  assert.equal(await picker.active(), 0);
  await picker.input.press("ArrowDown");
  assert.equal(await picker.active(), 1);
  await picker.input.press("ArrowUp");
  await picker.input.press("ArrowUp");
  assert.equal(await picker.active(), last);
}

export async function the_active_option_is_in_view(scene) {
  const { page, picker } = await atPicker(scene, { height: 420 });
  await picker.clear();
  await picker.type("claude");
  await picker.input.press("ArrowUp");
  const id = await picker.input.getAttribute("aria-activedescendant");
  const inside = await page.evaluate((id) => {
    const option = document.getElementById(id).getBoundingClientRect();
    const list = document.getElementById(id).closest('[role="listbox"]').getBoundingClientRect();
    return option.top >= list.top - 1 && option.bottom <= list.bottom + 1;
  }, id);
  assert.ok(inside);
}

export async function alt_arrow_up_closes_and_keeps_the_text(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("gpt");
  await picker.input.press("ArrowDown");
  await picker.input.press("Alt+ArrowUp");
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "gpt");
}

export async function enter_picks_the_active_option(scene) {
  const { key, editor, picker } = await atPicker(scene);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await picker.input.focus();
  await picker.clear();
  await picker.type("openai/gpt-5.5");
  await picker.input.press("ArrowDown");
  await picker.input.press("Enter");
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "openai/gpt-5.5");
  assert.equal(await picker.input.evaluate((input) => input.selectionStart), "openai/gpt-5.5".length);
  // Picking counts as an edit: the test box follows.
  await editor.assertSays("claude-opus-4-9 runs openai/gpt-5.5 (prefix alias claude-opus).");
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function enter_with_none_active_only_closes(scene) {
  const { key, page, picker } = await atPicker(scene);
  const posts = [];
  await picker.clear();
  await picker.type("gpt");
  page.on("request", (request) => request.method() === "POST" && posts.push(request.postData()));
  await picker.input.press("Enter");
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "gpt");
  assert.ok(!posts.some((body) => body?.includes("op=save") || body?.includes("op=remove")), String(posts));
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function escape_closes_first_and_then_restores(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("gpt");
  await picker.input.press("Escape");
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "gpt");
  await picker.input.press("Escape");
  assert.equal(await picker.input.inputValue(), SAVED[2]);
  await picker.input.press("Escape");
  assert.equal(await picker.input.inputValue(), SAVED[2]);
}

export async function tab_never_picks(scene) {
  const { picker } = await atPicker(scene);
  for (const press of ["Tab", "Shift+Tab"]) {
    await picker.input.focus();
    await picker.clear();
    await picker.type("gpt");
    await picker.input.press("ArrowDown");
    assert.equal(await picker.active(), 0);
    await picker.input.press(press);
    await picker.assert("closed");
    assert.equal(await picker.input.inputValue(), "gpt");
    assert.ok(!(await picker.input.evaluate((input) => input === document.activeElement)));
  }
}

export async function home_and_end_move_the_caret(scene) {
  const { picker } = await atPicker(scene);
  const caret = () => picker.input.evaluate((input) => input.selectionStart);
  await picker.clear();
  await picker.type("gpt-5");
  await picker.input.press("Home");
  assert.equal(await caret(), 0);
  await picker.input.press("ArrowRight");
  assert.equal(await caret(), 1);
  await picker.input.press("End");
  assert.equal(await caret(), 5);
  await picker.input.press("ArrowLeft");
  assert.equal(await caret(), 4);
  assert.equal(await picker.input.inputValue(), "gpt-5");
}

export async function a_click_picks(scene) {
  const { page, picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("deepseek/deepseek-chat");
  await picker.options.first().click();
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "deepseek/deepseek-chat");
  await assertFocused(page, picker.input);
}

export async function leaving_closes_the_list(scene) {
  const { page, picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("gpt");
  await page.locator("h1").first().click();
  await picker.assert("closed");
  assert.equal(await picker.input.inputValue(), "gpt");
}

export async function keys_of_an_input_method_are_left_alone(scene) {
  const { page, picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("gpt");
  await picker.input.press("ArrowDown");
  assert.equal(await picker.active(), 0);
  const chrome = await page.context().newCDPSession(page);
  await chrome.send("Input.imeSetComposition", { text: "5", selectionStart: 1, selectionEnd: 1 });
  const composing = await picker.input.evaluate(
    (input) =>
      new Promise((resolve) => {
        input.addEventListener("keydown", (event) => resolve(event.defaultPrevented), { once: true });
        input.dispatchEvent(
          new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing: true }),
        );
      }),
  );
  assert.equal(composing, false);
  assert.notEqual(await picker.input.inputValue(), "openai/gpt-5.5");
  assert.ok((await picker.input.inputValue()).startsWith("gpt"));
}

export async function a_late_answer_never_replaces_a_newer_one(scene) {
  const { page, picker } = await atPicker(scene);
  let letGo;
  const late = new Promise((resolve) => (letGo = resolve));
  let held = 0;
  await page.route("**/catalog/search*", async (route) => {
    if (new URL(route.request().url()).searchParams.get("q") === "deepseek") {
      held += 1;
      await late;
      await route.continue().catch(() => {}); // given up by the page already
    } else {
      await route.continue();
    }
  });
  await picker.clear();
  await picker.input.pressSequentially("deepseek");
  for (let n = 0; n < 100 && held === 0; n++) await page.waitForTimeout(20);
  assert.equal(held, 1);
  await picker.clear();
  await picker.type("openai/gpt-5.5");
  await assertText(picker.options.first(), /^openai\/gpt-5\.5/);
  letGo();
  await page.waitForTimeout(300);
  await assertText(picker.options.first(), /^openai\/gpt-5\.5/);
}

export async function the_number_of_results_is_spoken_once_typing_stops(scene) {
  const { page, picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("openai/gpt-5.5-pro");
  const spoken = page.locator('cm-combobox [role="status"]').first();
  await assertText(spoken, /^\d+ models?$/);
}

export async function a_search_without_a_result_says_so(scene) {
  const { page, picker } = await atPicker(scene);
  await picker.clear();
  await picker.input.pressSequentially("foo bar");
  await page.getByText("No model matches “foo bar”.").or(page.getByText('No model matches "foo bar".')).waitFor();
  await assertText(page.locator('cm-combobox [role="status"]').first(), "No models");
}

export async function a_search_that_fails_says_what_to_do(scene) {
  scene.expects(500);
  const { page, picker } = await atPicker(scene);
  await page.route("**/catalog/search*", (route) => route.fulfill({ status: 500, body: "no" }));
  await picker.clear();
  await picker.input.pressSequentially("gpt");
  await page.getByText("Search isn't working. You can type an exact model id.").waitFor();
}

export async function every_word_has_to_match_and_the_exact_id_comes_first(scene) {
  const { picker } = await atPicker(scene);
  await picker.clear();
  await picker.type("opus anthropic 4-8");
  const found = await picker.options.allTextContents();
  assert.ok(found.length > 0);
  for (const text of found) assert.match(text, /anthropic.*opus.*4-8/s);
  await picker.clear();
  await picker.type("openai/gpt-5");
  await assertText(picker.options.first(), /^openai\/gpt-5 /);
}

export async function a_model_that_the_key_may_not_use_is_shown_as_such(scene) {
  const { key, page, editor, picker } = await atPicker(scene);
  await scene.ask("limit", { key: key.id, model: "openai/gpt-5.5" });
  await page.reload();
  await editor.targets.first().focus();
  await picker.clear();
  await picker.type("deepseek/deepseek-chat");
  assert.equal(await picker.options.first().getAttribute("aria-disabled"), "true");
  await picker.options.first().click({ force: true });
  assert.equal(await picker.input.inputValue(), "deepseek/deepseek-chat");
}

export async function without_javascript_the_browser_suggests_and_a_page_browses(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [SAVED]);
  const page = await scene.recognised(people.owner, { js: false });
  const editor = await Editor.open(page, key);
  const list = await editor.targets.first().getAttribute("list");
  assert.ok((await page.locator(`#${list} option`).count()) > 600);

  await editor.names.first().fill("renamed");
  await page.getByRole("button", { name: /^Browse models/ }).first().click();
  await page.getByRole("searchbox").or(page.getByLabel(/search/i)).first().fill("openai/gpt-5.5");
  await page.keyboard.press("Enter");
  await page.getByRole("radio", { name: /openai\/gpt-5\.5(?![-.\w])/ }).first().check();
  await page.getByRole("button", { name: "Use this model" }).click();
  assert.deepEqual(await editor.rows(), [["renamed", "prefix", "openai/gpt-5.5"]]);
  assert.equal((await scene.saved(key)).saves, 0);
}
