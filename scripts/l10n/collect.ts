import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Texts of the extension that a translation may replace, as `vscode.l10n.t` or the renderers' `say` show them, sorted. */
export function localisable(folder: string): string[] {
  const texts = new Set<string>();
  for (const file of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const [first] = node.arguments;
        const name = ts.isIdentifier(node.expression) ? node.expression.text : ts.isPropertyAccessExpression(node.expression) ? node.expression.getText() : '';
        if (first && ts.isStringLiteralLike(first) && (name === 'say' || name.endsWith('l10n.t'))) texts.add(first.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, fs.readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true));
  }
  return [...texts].sort();
}

/** The English bundle as `vscode.l10n` reads it: each text is its own key. */
export const bundle = (folder: string): string => `${JSON.stringify(Object.fromEntries(localisable(folder).map((text) => [text, text])), undefined, 2)}\n`;
