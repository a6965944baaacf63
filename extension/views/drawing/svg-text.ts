import type { Child, Drawn } from './drawn';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML 1.0 takes it: markup characters escaped, characters XML has no place for shown as U+FFFD. */
export const xmlText = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what XML forbids (XML 1.0, production 2)
  text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[&<>"]/g, (character) => escapes[character] ?? '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');

const element = (drawn: Child): string => {
  if (typeof drawn === 'string') return xmlText(drawn);
  const attributes = Object.entries(drawn.attributes)
    .filter(([name, value]) => value !== undefined && value !== false && name !== 'tabindex')
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('');
  return drawn.children.length === 0 ? `<${drawn.tag}${attributes}/>` : `<${drawn.tag}${attributes}>${drawn.children.map(element).join('')}</${drawn.tag}>`;
};

/** Colours of a picture outside VS Code: dark on white, as for print. */
const style = `
svg{background:#fff;font:12px system-ui,sans-serif}
text{fill:#1f1f1f}.dim{fill:#5f5f5f}
.grid{stroke:#d4d4d4}.axis{stroke:#8a8a8a}
.bar{fill:#8ab4dc;stroke:#30608f}.bar.firmware{fill:#c9c9c9;stroke:#6b6b6b}.bar.loader{fill:#cdb4e0;stroke:#69458a}.bar.kernel{fill:#f2c28b;stroke:#9a5c0c}
.bar.init,.bar.chroot,.bar.reroot,.bar.pivot{fill:#a8d5a8;stroke:#2f7a2f}.bar.open{stroke-dasharray:4 3}
.extent{fill:#eee;stroke:#6b6b6b}.preload{fill:#a8d5a8;stroke:#2f7a2f}.window{fill:#a8d5a8;fill-opacity:.2}.read{fill:#30608f}.read.write{fill:#9a7d0a}.read.failed{fill:#c01717}.failure{stroke:#c01717;stroke-dasharray:3 3}text.failed{fill:#a01010}
.checkpoint{stroke:#69458a;stroke-dasharray:2 3}.edge{stroke:#6b6b6b;fill:none}.edge.waiting{stroke:#c01717;stroke-width:2}
.unit{fill:#fff;stroke:#6b6b6b}.unit.done{stroke:#2f7a2f}.unit.failed{stroke:#c01717;stroke-width:2}.unit.running,.unit.waiting{stroke:#9a5c0c;stroke-width:2}`;

/** A picture as an SVG file of its own. */
export function svgText(picture: Drawn, title: string): string {
  const file: Drawn = { ...picture, children: [{ tag: 'title', attributes: {}, children: [title] }, ...picture.children] };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(file).replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"').replace('<title>', `<style>${style}</style><title>`)}\n`;
}
