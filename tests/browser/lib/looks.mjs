// Whether a page can be used by everybody: axe, no sideways scroll, in light and dark, narrow and wide.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { HtmlValidate } from "html-validate";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const VIEWS = [
  { width: 1280, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
  { width: 320, colorScheme: "light" },
  { width: 320, colorScheme: "dark" },
  { width: 1280, colorScheme: "light", forcedColors: "active" },
];

/** Looks at the page as it stands in every view. */
export async function assertLooksRight(page) {
  for (const { width, colorScheme, forcedColors = "none" } of VIEWS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, forcedColors });
    const view = `${width} px, ${colorScheme}${forcedColors === "active" ? ", forced colours" : ""}`;
    await assertNoSidewaysScroll(page, view);
    await assertAccessible(page, view);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  // Set through the object model, which the page's policy allows, as a person sets it in the browser.
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  await assertNoSidewaysScroll(page, "text at 200 %");
  await page.evaluate(() => (document.documentElement.style.fontSize = ""));
}

async function assertNoSidewaysScroll(page, view) {
  const { wide, has, widest } = await page.evaluate(() => {
    const root = document.documentElement;
    const over = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    return {
      wide: root.scrollWidth,
      has: root.clientWidth,
      widest: over.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)),
    };
  });
  assert.ok(wide <= has, `${page.url()} at ${view} is ${wide} px wide, ${wide - has} more than the window: ${widest}`);
}

async function assertAccessible(page, view) {
  // Playwright's evaluate is not bound by the page's policy.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (values) => {
    const options = { runOnly: { type: "tag", values }, resultTypes: ["violations"] };
    const found = await window.axe.run(document, options);
    return found.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
    }));
  }, TAGS);
  assert.deepEqual(violations, [], `${page.url()} at ${view}`);
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // Matters of taste, where the specification allows both.
    "doctype-style": "off",
    "no-implicit-button-type": "off",
    "no-implicit-input-type": "off",
    "no-redundant-role": "off",
  },
});

const known = new Map();

/** What is wrong with a page's markup, one line each. */
export async function markupProblems(html) {
  if (!known.has(html)) {
    const report = await validator.validateString(html);
    known.set(
      html,
      report.results.flatMap((result) =>
        result.messages.map(({ line, column, message, ruleId }) => {
          const text = html.split("\n")[line - 1].slice(Math.max(0, column - 20), column + 100);
          return `${ruleId}: ${message} in …${text}…`;
        }),
      ),
    );
  }
  return known.get(html);
}
