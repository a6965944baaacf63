// The webview Boot Chain as a user of the page sees it, for the end-to-end tests.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/setup/ensure.mjs';

const axeSource = fs.readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** Colour themes by the end of their names, with the class VS Code gives the window. */
export const themes = {
  light: ['Light Modern', 'vs'],
  'high-contrast': ['Dark High Contrast', 'hc-black'],
  'high-contrast-light': ['Light High Contrast', 'hc-light'],
  dark: ['Dark Modern', 'vs-dark'],
};

/** The page inside VS Code's two frames. */
export class BootChain {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
    this.frame = this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** Brings a page to the front by its command. */
  async show(command, tab) {
    await this.workbench.command(command);
    await this.tab(tab);
  }

  /** Chooses a page by its tab, as with the mouse. */
  async tab(name) {
    const tab = this.frame.getByRole('tab', { name, exact: true });
    await tab.click();
    await this.frame.locator(`[role=tab][aria-selected=true]`, { hasText: name }).waitFor();
  }

  text(text) {
    return this.frame.locator('#page').getByText(text).first();
  }

  row(text) {
    return this.frame.locator('#page tr', { hasText: text }).first();
  }

  async screenshot(file) {
    await this.page.screenshot({ path: file });
  }

  /** The panel alone, as the documentation shows it. */
  async picture(file) {
    await this.page.locator('.part.panel').screenshot({ path: file });
  }

  /**
   * Goes through the page by Tab, from its chosen tab on. Each control has to be reached, in the order in which
   * it stands there, with a name for a screen reader and a mark that shows where the focus is. Gives their number.
   */
  async walk() {
    const element = await this.frame.locator('html').elementHandle();
    const frame = await element.ownerFrame();
    const expected = await frame.evaluate(() => {
      window.walked = [...document.querySelectorAll('#root :is(button, input, select, [tabindex]):not([disabled]):not([tabindex="-1"])')];
      return window.walked.map(({ outerHTML }) => outerHTML.slice(0, 120));
    });
    await this.frame.locator('[role=tab][aria-selected=true]').focus();
    // Come there by keyboard: a mouse needs no mark.
    for (const key of ['Tab', 'Shift+Tab']) await this.page.keyboard.press(key);
    const problems = [];
    for (let at = 0; at < expected.length; at++) {
      if (at > 0) await this.page.keyboard.press('Tab');
      const problem = await frame.evaluate((index) => {
        const wanted = window.walked[index];
        const found = document.activeElement;
        if (found !== wanted) return `the focus is on ${found?.outerHTML.slice(0, 120)}`;
        const label = found.id === '' ? null : document.querySelector(`label[for="${window.CSS.escape(found.id)}"]`);
        const names = [found.getAttribute('aria-label'), found.getAttribute('aria-labelledby'), label?.textContent, found.textContent];
        if (!names.some((name) => (name ?? '').trim() !== '')) return 'it has no name';
        const { outlineStyle, outlineWidth } = window.getComputedStyle(found);
        return outlineStyle === 'none' || outlineWidth === '0px' ? 'nothing shows that it has the focus' : undefined;
      }, at);
      if (problem !== undefined) problems.push(`${expected[at]}: ${problem}`);
    }
    assert.deepEqual(problems, [], 'walking the page by Tab');
    return expected.length;
  }

  /** axe-core over the page as it stands; what it finds is thrown, with the place. Rules that concern a page's frame (landmarks, title) are VS Code's. */
  async axe(what) {
    const element = await this.frame.locator('html').elementHandle();
    const frame = await element.ownerFrame();
    await frame.evaluate(axeSource);
    const violations = await frame.evaluate(async () => {
      const { violations } = await window.axe.run(document.getElementById('root'), { resultTypes: ['violations'] });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html, any }) => `${html} ${any.map(({ message }) => message).join('; ')}`).join(' | ')}`);
    });
    assert.deepEqual(violations, [], `axe on ${what}`);
  }
}

/** Chooses a colour theme as a user does. */
export async function setTheme(workbench, [label, kind]) {
  await workbench.command('Preferences: Color Theme');
  const { page } = workbench;
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
  await page.locator('.quick-input-widget input.input').fill(label);
  await row.waitFor();
  await row.click();
  await page.locator(`.monaco-workbench.${kind}`).waitFor();
}
