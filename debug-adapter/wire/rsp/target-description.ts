import { XMLParser } from 'fast-xml-parser';

/**
 * Target descriptions (gdb's `target.xml`), the list of registers in the order of the `g` packet.
 * Source: "Debugging with GDB", appendix G. QEMU's file includes others, and holds registers commented out.
 */

export interface DescribedRegister {
  readonly name: string;
  readonly bits: number;
  /** Number for `p` and `P`. */
  readonly number: number;
  /** Bytes from the start of a `g` answer. */
  readonly offset: number;
  readonly type: string;
  readonly feature: string;
  readonly group?: string;
}

export interface TargetDescription {
  readonly architecture: string;
  readonly registers: readonly DescribedRegister[];
}

type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', processEntities: false });

const attributes = (node: Node): Readonly<Record<string, string>> => (node[':@'] ?? {}) as Record<string, string>;
const children = (node: Node, tag: string): readonly Node[] => (Array.isArray(node[tag]) ? (node[tag] as Node[]) : []);
const tagOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? '';

const maximumDepth = 8;

/** Reads `target.xml` and everything it includes. `load` answers the text of an annex. */
export async function readTargetDescription(load: (annex: string) => Promise<string>): Promise<TargetDescription> {
  let architecture = '';
  const registers: DescribedRegister[] = [];
  let number = 0;
  let offset = 0;

  const register = (node: Node, feature: string): void => {
    const a = attributes(node);
    const bits = Number(a['bitsize'] ?? 0);
    if (a['regnum'] !== undefined) number = Number(a['regnum']);
    registers.push({
      name: a['name'] ?? '',
      bits,
      number,
      offset,
      type: a['type'] ?? 'int',
      feature,
      ...(a['group'] === undefined ? {} : { group: a['group'] }),
    });
    number++;
    offset += bits / 8;
  };

  const text = (nodes: readonly Node[]): string => nodes.map((n) => (typeof n['#text'] === 'string' ? n['#text'] : '')).join('').trim();

  const walk = async (nodes: readonly Node[], feature: string, depth: number): Promise<void> => {
    for (const node of nodes) {
      const tag = tagOf(node);
      if (tag === 'architecture') architecture ||= text(children(node, tag));
      else if (tag === 'reg') register(node, feature);
      else if (tag === 'xi:include') {
        const href = attributes(node)['href'];
        if (href !== undefined && depth < maximumDepth) await walk(parser.parse(await load(href)) as Node[], feature, depth + 1);
      } else if (tag === 'target') await walk(children(node, tag), feature, depth);
      else if (tag === 'feature') await walk(children(node, tag), attributes(node)['name'] ?? '', depth);
    }
  };
  await walk(parser.parse(await load('target.xml')) as Node[], '', 0);
  return { architecture, registers };
}
