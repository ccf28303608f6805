/** What an environment marker asks about (PEP 508, "Environment Markers"). */
const variables = [
  'extra',
  'implementation_name',
  'implementation_version',
  'os_name',
  'platform_machine',
  'platform_python_implementation',
  'platform_release',
  'platform_system',
  'platform_version',
  'python_full_version',
  'python_version',
  'sys_platform',
] as const;
export type MarkerVariable = (typeof variables)[number];

/** Names of before PEP 508, which setuptools wrote; `packaging` reads them. */
const legacyNames = new Map<string, MarkerVariable>([
  ['os.name', 'os_name'],
  ['sys.platform', 'sys_platform'],
  ['platform.version', 'platform_version'],
  ['platform.machine', 'platform_machine'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
]);
/** Each name that a marker may use for a variable. */
export const markerVariables: ReadonlyMap<string, MarkerVariable> = new Map<string, MarkerVariable>([
  ...variables.map((name) => [name, name] as const),
  ...legacyNames,
]);

/** `os_name == "nt"`; with `reversed` the string stands first: `"linux" in sys_platform`. */
export interface MarkerComparison {
  readonly op: 'compare';
  readonly variable: MarkerVariable;
  readonly operator: string;
  readonly value: string;
  readonly reversed: boolean;
}

export type MarkerNode = MarkerComparison | { readonly op: 'and' | 'or'; readonly parts: readonly MarkerNode[] };

export interface Marker {
  readonly text: string;
  readonly node: MarkerNode;
}
