import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Section } from '../../images/image';
import type { Module, SymbolicProgram } from '../../program/program';
import { hex } from '../addresses';
import type { Handler, RequestGroup } from '../handler';

/** A module as the editor lists it; one that is not on the machine yet says so. */
export const toDapModule = (program: SymbolicProgram, module: Module): DebugProtocol.Module & { stage: string; process?: string } => {
  const { image } = module;
  const kind = { dwarf: 'DWARF', pdb: 'PDB', none: 'none' }[image.debugInfo.kind];
  // The sections of a relocatable object lie apart: its code is what its place means.
  const [start, size] = module.sectionSlides ? codeSection(module.sectionSlides) : [image.base, image.size];
  const where = module.slide === undefined ? {} : { addressRange: `${hex(program.toRuntime(module, start))}-${hex(program.toRuntime(module, start + BigInt(size)))}` };
  const symbols = image.debugInfo.kind === 'none' ? `${image.symbols.count} symbols, no debug information` : `debug information: ${kind}`;
  return {
    id: module.id,
    name: module.name,
    path: image.path,
    symbolFilePath: image.path,
    symbolStatus: module.slide === undefined ? `pending: not on the machine yet; ${symbols}` : symbols,
    isOptimized: true,
    ...where,
    stage: module.stage,
    ...(module.process === undefined ? {} : { process: module.process }),
  };
};

const codeSection = (placed: ReadonlyMap<Section, bigint>): readonly [bigint, number] => {
  const sections = [...placed.keys()];
  const section = sections.find(({ executable, size }) => executable && size > 0) ?? sections[0];
  return [section?.address ?? 0n, section?.size ?? 0];
};

const modules: Handler<DebugProtocol.ModulesArguments> = async (core, args) => {
  const { program } = core.need('modules');
  const start = args.startModule ?? 0;
  const all = program.modules.map((module) => toDapModule(program, module));
  const count = args.moduleCount ?? 0;
  return Promise.resolve({ modules: count === 0 ? all.slice(start) : all.slice(start, start + count), totalModules: all.length });
};

export const moduleRequests: RequestGroup = {
  capabilities: {
    supportsModulesRequest: true,
    additionalModuleColumns: [
      { attributeName: 'stage', label: 'Stage', type: 'string' },
      { attributeName: 'process', label: 'Process', type: 'string' },
    ],
  },
  handlers: { modules },
};
