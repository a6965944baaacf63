export * from './rules';
export { readLine } from './line';
export { expandValue, loads, type ExpandedValue, type Reference } from './value';
export { readConf, type ConfFile, type ConfLine } from './file';
export { explainMalformed, loaderMessage, malformedMessage } from './messages';
export { assignmentsOf, readTree, settle, type Assignment, type BootTree, type LoaderState, type Module, type ReadFile } from './include-order';
export { confVariables, exactVariables, knownVariable, type ConfVariable, type ValueKind } from './variables';
export { isDiskType, knownModules, moduleTypes } from './modules';
