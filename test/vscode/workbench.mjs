// Real VS Code for a test: code-server and a headless Chromium, driven through the page as a user would.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const entry = ({ codeServer }) => path.join(codeServer, 'out/node/entry.js');

const settings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.editor.enablePreview': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Default Dark Modern',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  // The DOM renderer: what a terminal shows can be read from its rows.
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.shellIntegration.enabled': false,
  'remote.autoForwardPorts': false,
  'debug.internalConsoleOptions': 'neverOpen',
  'debug.openDebug': 'openOnDebugBreak',
  'debug.toolBarLocation': 'docked',
};

/** The environment without what would lead VS Code or Chromium out of this machine. */
function cleanEnvironment() {
  const leads = (name) => /^VSCODE_|^ELECTRON_|^(HTTPS?|ALL)_PROXY$/i.test(name) || name === 'PASSWORD';
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !leads(name)));
  return { ...environment, NODE_OPTIONS: '', EXTENSIONS_GALLERY: '{}' };
}

/** @param {{codeServer: string, node: string}} vscode as scripts/setup/vscode.mjs gives it */
export function installVsix(vscode, folders, vsix) {
  execFileSync(vscode.node, [entry(vscode), '--config', '/dev/null', '--user-data-dir', folders.user, '--extensions-dir', folders.extensions, '--install-extension', vsix], { stdio: ['ignore', 'ignore', 'inherit'], env: cleanEnvironment() });
}

/** Starts the server on a free port. `stop` ends it with everything it started. */
export async function startServer(vscode, folders, extra = [], { trust = false } = {}) {
  fs.mkdirSync(path.join(folders.user, 'User'), { recursive: true });
  fs.mkdirSync(folders.extensions, { recursive: true });
  fs.writeFileSync(path.join(folders.user, 'User/settings.json'), JSON.stringify({ ...settings, ...(trust ? { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' } : {}) }));
  const child = spawn(
    vscode.node,
    [entry(vscode), '--config', '/dev/null', '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--user-data-dir', folders.user, '--extensions-dir', folders.extensions, '--disable-telemetry', '--disable-update-check', ...(trust ? [] : ['--disable-workspace-trust']), '--disable-getting-started-override', ...extra],
    { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment(), detached: true },
  );
  let log = '';
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  const url = await new Promise((resolve, reject) => {
    const listen = (data) => {
      log += data;
      const found = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log);
      if (found) resolve(found[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => reject(new Error(`code-server exited with ${code}:\n${log}`)));
  });
  return { url, stop, log: () => log };
}

export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });

/** One VS Code window. Every wait is for a state of the page. */
export class Workbench {
  constructor(page) {
    this.page = page;
  }

  /** @param prepare is given the page before anything is loaded */
  static async open(browser, url, { folder, viewport = { width: 1440, height: 900 }, prepare = undefined } = {}) {
    const context = await browser.newContext({ viewport, locale: 'en-US', reducedMotion: 'reduce' });
    await context.route((target) => target.hostname !== '127.0.0.1' && target.protocol.startsWith('http'), (route) => route.abort());
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await prepare?.(page);
    const address = new URL(url);
    if (folder) address.searchParams.set('folder', folder);
    await page.goto(address.href, { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench').waitFor();
    return new Workbench(page);
  }

  /**
   * Opens quick input by a key, types, takes the row. Opened too early its list never refreshes, and an editor that comes to the front
   * meanwhile (a stop) closes it: so it is opened again.
   */
  async quick(key, text, rowText) {
    const widget = this.page.locator('.quick-input-widget');
    const row = widget.locator('.quick-input-list .monaco-list-row', { hasText: rowText }).first();
    for (let attempt = 0; ; attempt++) {
      try {
        await this.page.keyboard.press(key);
        await widget.locator('input.input').fill(text, { timeout: 4000 });
        await row.click({ timeout: 4000 });
        return;
      } catch (error) {
        if (attempt === 20) throw error;
        await this.page.keyboard.press('Escape');
        await widget.waitFor({ state: 'hidden' });
      }
    }
  }

  async command(title) {
    await this.quick('F1', `>${title}`, title);
  }

  async openFile(name) {
    await this.quick('Control+P', name, name);
    await this.page.locator('.editor-group-container .tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
  }

  async goToLine(line) {
    const widget = this.page.locator('.quick-input-widget');
    for (let attempt = 0; ; attempt++) {
      try {
        await this.page.keyboard.press('Control+G');
        await widget.locator('input.input').fill(`:${line}`, { timeout: 4000 });
        break;
      } catch (error) {
        if (attempt === 20) throw error;
        await this.page.keyboard.press('Escape');
        await widget.waitFor({ state: 'hidden' });
      }
    }
    await this.page.keyboard.press('Enter');
    await widget.waitFor({ state: 'hidden' });
  }

  /** Rows of a view of the side bar, by its title. */
  pane(title) {
    return this.page.locator('.pane', { has: this.page.locator('.pane-header .title', { hasText: title }) });
  }

  /** Opens the pane of a view when it is folded. */
  async expandPane(title) {
    const header = this.pane(title).locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
  }

  /** Drags the border of the side bar to this x. */
  async widenSideBar(x) {
    const { x: left, width, y, height } = await this.page.locator('.part.sidebar').boundingBox();
    await this.page.mouse.move(left + width, y + height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(x, y + height / 2, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Folds the pane of a view, to make room for others. */
  async foldPane(title) {
    const header = this.pane(title).locator('.pane-header').first();
    if ((await header.count()) > 0 && (await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  /** A row of a view. Lists hold only the rows in sight, so the list is scrolled from its start until the row is there. */
  async rowInPane(title, text) {
    const pane = this.pane(title);
    const row = pane.locator('.monaco-list-row', { hasText: text }).first();
    await pane.locator('.monaco-list-row').first().waitFor();
    const list = pane.locator('.monaco-list').first();
    await list.focus();
    await this.page.keyboard.press('Home');
    await pane.locator('.monaco-list-row[data-index="0"]').waitFor();
    await list.hover();
    for (let screen = 0; screen < 200; screen++) {
      try {
        await row.waitFor({ timeout: 300 });
        return row;
      } catch {
        await this.page.mouse.wheel(0, 60);
      }
    }
    throw new Error(`no row "${text}" in ${title}: ${(await pane.locator('.monaco-list-row').allInnerTexts()).join(' | ')}`);
  }

  /** Opens the stack of a thread where the editor shows several threads folded. */
  async expandThread(name) {
    const row = this.callStack(name);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
  }

  /** Waits for a stop by the words the editor shows for it: beside the thread, or in the view's title where there is only one. */
  async stopped(words) {
    await this.pane('Call Stack').filter({ hasText: words }).first().waitFor();
  }

  callStack(text) {
    return this.page.locator('.debug-call-stack .monaco-list-row', { hasText: text }).first();
  }

  /** Types into the terminal in front: what is pressed before it has the focus would go elsewhere. */
  async typeInTerminal(press) {
    await this.command('Terminal: Focus Terminal');
    const input = this.page.locator('.terminal-wrapper.active .xterm-helper-textarea');
    await input.focus();
    await this.page.locator('.terminal-wrapper.active .xterm.focus').waitFor();
    await press(this.page.keyboard);
  }

  terminal(text) {
    return this.page.locator('.terminal-wrapper.active .xterm-rows', { hasText: text });
  }
}
