import * as vscode from 'vscode';

/** What the server looks at, in files of these schemes. Scripts and TOML files are filtered again by the server: most of them are not ours. */
export const selectorOf = (schemes: readonly string[]): { scheme: string; language?: string; pattern?: string }[] =>
  schemes.flatMap((scheme) => [
    { scheme, language: 'loader-conf' },
    { scheme, language: 'redox-init-unit' },
    { scheme, language: 'redox-init-script' },
    { scheme, language: 'shellscript' },
    { scheme, pattern: '**/{init.d,init.initfs.d}/[0-9][0-9]_*' },
    { scheme, pattern: '**/config/**/*.toml' },
    { scheme, pattern: '**/{LaunchDaemons,LaunchAgents}/*.plist' },
    { scheme, pattern: '**/rc.d/*' },
  ]);

/** Files whose changes concern the server. */
export const watchedFiles = '**/{*.conf,*.conf.local,*.sh,init,init_script,*.rc,*.service,*.target,[0-9][0-9]_*,*.toml,*.plist,Makefile,*.mk,rc.d/*}';

/** Scripts that may take part in a boot; others do not start the server. */
const likelyScript = /^#!\s*\/rescue\/|\b(kenv|mdconfig|reboot\s+-r|init_chroot)\b/m;

/** Whether a document is reason to start the server. */
export function concerns(document: vscode.TextDocument, schemes: readonly string[]): boolean {
  if (!schemes.includes(document.uri.scheme)) return false;
  if (document.languageId === 'shellscript' || /\/rc\.d\/[^/]+$/.test(document.uri.path)) return likelyScript.test(document.getText());
  if (document.uri.path.endsWith('.toml')) return document.uri.path.includes('/config/') && /init(\.initfs)?\.d\//.test(document.getText());
  return vscode.languages.match(selectorOf(schemes), document) > 0;
}
