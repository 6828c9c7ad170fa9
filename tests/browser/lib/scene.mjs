// What one check has: people of its own, keys of its own, and browser windows that are watched for complaints.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { markupProblems } from "./looks.mjs";

export class Scene {
  static #cast;
  static #cookies = new Map();
  #browser;
  #contexts = [];
  #complaints = [];
  #expected = [];
  #windows = [];
  #reading = [];

  constructor(browser, url, ask) {
    this.#browser = browser;
    this.url = url;
    this.ask = ask;
  }

  /** An account of its own, with an owner, a second owner, a viewer, and an admin of the whole installation. */
  async people() {
    return this.ask("people");
  }

  /** The same for every check that looks at one key only. Nobody may change these people. */
  async cast() {
    return (Scene.#cast ??= this.people().then((people) => ({ ...people, shared: true })));
  }

  /** A key of that account: `{id, name, secret}`. Aliases are `[name, "exact" | "prefix", target]`. */
  async key(people, name, aliases = []) {
    const own = people.shared ? `${name}-${randomUUID().slice(0, 8)}` : name;
    const key = await this.ask("key", { account: people.account, name: own, aliases });
    return { ...key, ...(aliases.length > 0 && { version: (await this.ask("saved", { key: key.id })).version }) };
  }

  /** What is stored, and how often that was saved since the key was made: `{saves, aliases}`. */
  async saved(key) {
    const { version, aliases } = await this.ask("saved", { key: key.id });
    return { saves: version - (key.version ?? 0), aliases };
  }

  /** Another editor's save, straight into the store. */
  async saveAs(email, key, aliases) {
    return this.ask("save", { key: key.id, by: email, aliases });
  }

  /** A call through the gateway: `{status, model, alias, code}`. */
  async call(secret, model) {
    return this.ask("call", { secret, model });
  }

  /**
   * A window in a browser of its own.
   * @param {{js?: boolean, dark?: boolean, forced?: boolean, width?: number, height?: number}} [like]
   */
  async window(like = {}) {
    const context = await this.#browser.newContext({
      baseURL: this.url,
      javaScriptEnabled: like.js ?? true,
      colorScheme: like.dark ? "dark" : "light",
      forcedColors: like.forced ? "active" : "none",
      reducedMotion: "no-preference",
      viewport: { width: like.width ?? 1280, height: like.height ?? 900 },
      permissions: like.js === false ? [] : ["clipboard-read", "clipboard-write"],
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(20_000);
    context.on("page", (page) => this.#watch(page));
    if (like.js ?? true) {
      await context.exposeBinding("reportViolation", (_, text) => this.#complaints.push(text));
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          window.reportViolation(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
        });
      });
    }
    return context.newPage();
  }

  /** A window in which that person has signed in, at the list of keys. */
  async signedIn(email, like = {}) {
    const page = await this.window(like);
    await signIn(page, email);
    return page;
  }

  /** A window in which somebody of the cast has signed in, before some other check did and at no page yet. */
  async recognised(email, like = {}) {
    const page = await this.window(like);
    const cookies = Scene.#cookies.get(email) ?? signInOnce(page, email);
    Scene.#cookies.set(email, cookies);
    await page.context().addCookies(await cookies);
    return page;
  }

  /** A second tab of the same browser. */
  async anotherTab(page) {
    return page.context().newPage();
  }

  /**
   * What the browser's console will say because this check provokes it; any other message fails the check, and so does
   * one of these that never comes. A number is what Chromium writes by itself for an answer of that status.
   * @param {...(number | RegExp)} messages
   */
  expects(...messages) {
    for (const said of messages) {
      const pattern = typeof said === "number" ? failedToLoad(said) : said;
      this.#expected.push({ pattern, came: false });
    }
  }

  /**
   * What Chromium may say because this check provokes it, but does not always: a message to a page that is about to be
   * left can be lost with it. That the page does its part is then for the check, or a test of the server, to see.
   * @param {...RegExp} messages
   */
  mayHear(...messages) {
    for (const pattern of messages) this.#expected.push({ pattern, came: true });
  }

  #watch(page) {
    this.#windows.push(page);
    page.on("console", (message) => {
      this.#complain(message.text(), `${message.type()}: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#complain(error.message, `script: ${error.message}`));
    page.on("response", (response) => {
      const wanted = ["script", "stylesheet", "image", "font"].includes(response.request().resourceType());
      if (wanted && response.status() >= 400) this.#complaints.push(`${response.status()} ${response.url()}`);
      if (response.request().isNavigationRequest()) this.#reading.push(this.#validate(response));
    });
  }

  #complain(text, detail) {
    const expected = this.#expected.filter(({ pattern }) => pattern.test(text));
    for (const one of expected) one.came = true;
    if (expected.length === 0) this.#complaints.push(detail);
  }

  /** Every page that any check goes to is also a page whose markup is checked, as the server sent it. */
  async #validate(response) {
    if (!response.url().startsWith("http://127.0.0.1:")) return;
    if (!(response.headers()["content-type"] ?? "").startsWith("text/html")) return;
    // Gone with the page it belonged to, or a redirect; the body of a page that was left may neither come nor fail.
    const html = await this.within(5_000, response.text()).catch(() => null);
    if (html === null) return;
    const page = response.url().replace(/[0-9a-f-]{36}|\?.*/g, "…");
    for (const problem of await markupProblems(html)) this.#complaints.push(`${page}: ${problem}`);
  }

  /** Fails if any page said anything that its maker should have heard, or did not say what the check expects. */
  async assertQuiet() {
    await Promise.all(this.#reading);
    const missing = () => this.#expected.filter(({ came }) => !came).map(({ pattern }) => `${pattern}`);
    for (let n = 0; n < 20 && missing().length > 0; n++) await new Promise((resolve) => setTimeout(resolve, 50));
    const said = [...new Set(this.#complaints)];
    assert.deepEqual(said, [], "messages in the browser's console, or of the checker of its markup");
    assert.deepEqual(missing(), [], "messages that the browser's console should have had");
  }

  /** Fails if `work` takes longer. */
  async within(milliseconds, work, what = "not done") {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} after ${milliseconds} ms`)), milliseconds);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the windows show, for the message of a failed check. Pictures are kept if TEST_PICTURES names a folder. */
  async describe(name) {
    const lines = [];
    for (const [n, page] of this.#windows.entries()) {
      if (page.isClosed()) continue;
      lines.push(`window ${n + 1} was at ${page.url()}`);
      if (process.env.TEST_PICTURES) {
        mkdirSync(process.env.TEST_PICTURES, { recursive: true });
        const path = `${process.env.TEST_PICTURES}/${name.replace("::", "-")}-${n + 1}.png`;
        await page.screenshot({ path, fullPage: true }).catch(() => {});
        lines.push(`  ${path}`);
      }
    }
    return lines.join("\n");
  }

  async close() {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }
}

function failedToLoad(status) {
  return new RegExp(`^Failed to load resource: the server responded with a status of ${status} `);
}

/** The password of everybody in the tests. */
export const PASSWORD = "correct horse battery staple";

async function signInOnce(page, email) {
  await signIn(page, email);
  return page.context().cookies();
}

/** Signs in as a person does: types, and presses Enter. */
export async function signIn(page, email) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/keys");
}
