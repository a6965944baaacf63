/** A log point's text, cut into words and expressions: `block={block} of {self.name}`. `\{` is a brace. */
export type LogPart = { readonly text: string } | { readonly expression: string };

export const parseLogMessage = (message: string): readonly LogPart[] => {
  const parts: LogPart[] = [];
  let text = '';
  for (let index = 0; index < message.length; index++) {
    const character = message[index] ?? '';
    if (character === '\\' && (message[index + 1] === '{' || message[index + 1] === '}')) {
      text += message[++index] ?? '';
      continue;
    }
    const end = character === '{' ? closing(message, index) : -1;
    if (end < 0) {
      text += character;
      continue;
    }
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ expression: message.slice(index + 1, end).trim() });
    index = end;
  }
  if (text !== '') parts.push({ text });
  return parts;
};

const closing = (message: string, open: number): number => {
  let depth = 0;
  for (let index = open; index < message.length; index++) {
    if (message[index] === '{') depth++;
    if (message[index] === '}' && --depth === 0) return index;
  }
  return -1;
};
