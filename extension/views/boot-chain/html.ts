/** What the page of the webview needs of VS Code. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Source of the webview's own files, as `Webview.cspSource` gives it. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly language: string;
}

const attribute = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page: one script and one style sheet of ours, nothing inline, nothing from elsewhere. Its content comes by messages. */
export const pageHtml = ({ script, style, cspSource, nonce, language }: PageParts): string => `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${attribute(cspSource)}; script-src 'nonce-${attribute(nonce)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bootscope</title>
<link rel="stylesheet" href="${attribute(style)}">
</head>
<body>
<main id="root"></main>
<script nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
