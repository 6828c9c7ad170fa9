// A person without a mouse.

import assert from "node:assert/strict";

/** Presses Tab until `target` has the focus, and fails if it cannot be reached that way. */
export async function tabTo(page, target, { back = false, most = 120 } = {}) {
  await target.waitFor({ state: "attached" });
  for (let n = 0; n <= most; n++) {
    if (await isFocused(target)) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  assert.fail(`Tab never reaches ${target}`);
}

/** Whether that element has the focus. */
export function isFocused(target) {
  return target.evaluate((element) => element === document.activeElement);
}

/** Waits until that element has the focus. */
export async function assertFocused(page, target) {
  const handle = await target.elementHandle();
  await page
    .waitForFunction((element) => element === document.activeElement, handle, { timeout: 5000 })
    .catch(async () => {
      const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
      assert.fail(`${target} should have the focus, which is at ${at}`);
    });
}
