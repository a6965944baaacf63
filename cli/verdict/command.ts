import fs from 'node:fs';
import type { Command } from 'commander';
import { sizeInWords } from '../../boot/environment/knowledge';
import { preloadFromText } from '../../boot/redox-preload-text';
import type { MetadataBlock } from '../../boot/redoxfs-verdict';
import { imageVerdict, type ImageVerdict } from '../../debug-adapter/chains/redox/image-verdict';
import { BootscopeError } from '../../debug-adapter/errors/catalogue';
import { usage } from '../exit';

interface Options {
  preload?: string;
  log?: string;
  json?: boolean;
  exitCode?: boolean;
}

/** `verdict IMAGE`: whether a Redox live image will mount with what its bootloader preloads. Nothing is booted. */
export function addVerdict(program: Command): void {
  program
    .command('verdict')
    .description('whether a Redox live image will mount with what its bootloader preloads, from the image alone')
    .argument('<image>', 'raw disk or ISO image')
    .option('--preload <size>', 'what the bootloader preloads at most: 1024M, 1G, or bytes; left out: the whole filesystem')
    .option('--log <file>', 'take that from what this serial log says of the preload')
    .option('--exit-code', 'end with 1 when the mount will fail')
    .option('--json', 'one JSON value')
    .action(async (image: string, options: Options) => {
      const cap = options.preload === undefined ? capOfLog(options.log) : parseSize(options.preload);
      const verdict = await imageVerdict(image, cap).catch((error: unknown) => {
        if (error instanceof BootscopeError) return usage(error.message);
        throw error;
      });
      process.stdout.write(options.json ? `${JSON.stringify({ version: 1, image, ...asJson(verdict) })}\n` : `${asText(verdict)}\n`);
      if (options.exitCode && verdict.outcome === 'fails') process.exitCode = 1;
    });
}

function capOfLog(file: string | undefined): bigint | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    return usage(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return preloadFromText(text) ?? usage(`${file} says nothing of a preload; give --preload`);
}

const units: Readonly<Record<string, bigint>> = { '': 1n, K: 1n << 10n, M: 1n << 20n, G: 1n << 30n };

function parseSize(text: string): bigint {
  const [, number = '', unit = ''] = /^(\d{1,18})([KMG]?)(?:i?B)?$/i.exec(text) ?? [];
  const factor = units[unit.toUpperCase()];
  if (number === '' || factor === undefined) return usage(`"${text}" is no size; write 1024M, 1G or a number of bytes`);
  return BigInt(number) * factor;
}

const block = ({ kind, block: number, intact }: MetadataBlock): { kind: string; block: number; offset: number; intact: boolean } => ({ kind, block: Number(number), offset: Number(number) * 4096, intact });

function asJson(verdict: ImageVerdict): Record<string, unknown> {
  const { header, offset, partition, preload, outcome, metadata, refused, damaged, used, needed, sentence } = verdict;
  return {
    outcome,
    sentence,
    filesystem: { offset: Number(offset), ...(partition === undefined ? {} : { partition }), version: Number(header.version), uuid: header.uuid, size: Number(header.size), generation: Number(header.generation) },
    preload: Number(preload),
    needed: Number(needed),
    ...(used === undefined ? {} : { used: Number(used.total), usedPastPreload: Number(used.past) }),
    metadata: metadata.map(block),
    refused: refused.map(block),
    damaged: damaged.map(block),
  };
}

function asText({ header, offset, partition, preload, metadata, used, needed, sentence }: ImageVerdict): string {
  const furthest = metadata.reduce<MetadataBlock | undefined>((most, one) => (most === undefined || one.block > most.block ? one : most), undefined);
  return [
    sentence,
    `  filesystem: ${header.uuid}, version ${header.version}, ${sizeInWords(header.size)}, at ${sizeInWords(offset)} of the image${partition === undefined ? '' : ` (partition ${partition})`}, generation ${header.generation}`,
    `  preload:    ${sizeInWords(preload)}${preload === header.size ? ' (all of it)' : ''}; mounting needs ${sizeInWords(needed)}`,
    ...(furthest === undefined ? [] : [`  mounting reads and writes ${metadata.length} blocks behind the header ring; the furthest is block ${furthest.block} of the ${furthest.kind}`]),
    ...(used === undefined ? [] : [`  in use:     ${sizeInWords(used.total)}, ${sizeInWords(used.past)} of it past the preload`]),
  ].join('\n');
}
