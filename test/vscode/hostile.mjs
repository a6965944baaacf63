// The page of the webview in a real browser under its own policy, given hostile guest strings: nothing runs, nothing is markup, nothing is fetched.
import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../../scripts/setup/ensure.mjs';
import { openBrowser } from './workbench.mjs';

const origin = 'http://page.test';
const bundled = async (file) => {
  const { outputFiles } = await build({ absWorkingDir: root, entryPoints: [file], bundle: true, write: false, format: 'esm', platform: 'node' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
};

await build({ absWorkingDir: root, entryPoints: { 'boot-chain': 'extension/views/boot-chain/page/main.ts' }, bundle: true, outdir: path.join(root, 'dist'), format: 'iife', platform: 'browser', target: 'es2022' });
const { pageHtml } = await bundled('extension/views/boot-chain/html.ts');
const { samples } = await bundled('test/extension/views/sample-states.ts');
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const states = samples(120, seed);
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  const asked = [];
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) errors.push(message.text());
  });
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    asked.push(url.href);
    if (url.href === `${origin}/`) return route.fulfill({ contentType: 'text/html', body: pageHtml({ script: `${origin}/dist/boot-chain.js`, style: `${origin}/media/boot-chain.css`, cspSource: origin, nonce: 'n0nce', language: 'en' }) });
    const file = path.join(root, url.pathname);
    return url.origin === origin && /^\/(dist|media)\/boot-chain\.\w+$/.test(url.pathname) ? route.fulfill({ path: file }) : route.abort();
  });
  await page.addInitScript(() => {
    window.posted = [];
    window.acquireVsCodeApi = () => ({ postMessage: (message) => window.posted.push(message), getState: () => undefined, setState: () => undefined });
    window.alert = () => window.posted.push({ do: 'alert' });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => window.posted.some((message) => message.do === 'ready'));
  const before = asked.length;
  for (const [index, state] of states.entries()) {
    // In a panel, then in a side bar.
    if (index % (states.length / 2) === 0) await page.setViewportSize({ width: index === 0 ? 1200 : 300, height: 700 });
    const found = await page.evaluate(async (given) => {
      window.dispatchEvent(new window.MessageEvent('message', { data: given }));
      const elements = [...document.querySelectorAll('#root *')];
      const isWrong = (element) => /^(script|iframe|img|a|link|style|object|embed|foreignobject|image|use|base|meta)$/i.test(element.tagName) || [...element.attributes].some(({ name }) => /^on|^href|^src|^style|^xlink/i.test(name));
      const wrong = elements.filter(isWrong);
      // The same again leaves every element in its place: a press that has begun ends on its button.
      window.dispatchEvent(new window.MessageEvent('message', { data: window.structuredClone(given) }));
      const kept = elements.every((element) => element.isConnected);
      // Whatever else the page can show of this state: the other form of a list, a field to edit in.
      for (const name of ['Tree', 'Edit']) {
        const button = [...document.querySelectorAll('#page button')].find(({ textContent }) => textContent === name);
        button?.click();
        wrong.push(...[...document.querySelectorAll('#root *')].filter(isWrong));
        const page = document.getElementById('page');
        const wide = [...page.children].filter((element) => element.tagName !== 'TABLE' && element.getBoundingClientRect().right > page.getBoundingClientRect().left + page.clientWidth + 1);
        if (wide.length > 0) throw new Error(`wider than the page: ${wide[0].outerHTML.slice(0, 300)}`);
      }
      [...document.querySelectorAll('#page button')].find(({ textContent }) => textContent === 'Table')?.click();
      // A button of ours is pressed as a user would: what it asks for is data.
      document.querySelector('#page button:not([type=submit])')?.click();
      return { wrong: wrong.map(({ outerHTML }) => outerHTML.slice(0, 200)), drawn: elements.length, kept, selected: document.querySelector('[aria-selected=true]')?.id };
    }, state);
    assert.deepEqual(found.wrong, [], `state ${index}, seed ${seed}`);
    assert.ok(found.drawn > 5, `state ${index} was drawn, seed ${seed}`);
    assert.ok(found.kept, `state ${index} was drawn anew where nothing changed, seed ${seed}`);
    assert.equal(found.selected, `tab-${state.tab}`);
  }
  assert.deepEqual(errors, [], `seed ${seed}`);
  assert.deepEqual(asked.slice(before), [], 'nothing is fetched for a guest');
  assert.deepEqual(await page.evaluate(() => window.posted.filter((message) => message.do === 'alert')), []);
  console.log(`${states.length} hostile states drawn (seed ${seed})\n1 passed, 0 failed`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
