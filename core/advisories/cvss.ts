/** The weights of CVSS 3.1's base metrics (specification, 7.4). */
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const privileges = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
} as const;

type Metrics = ReadonlyMap<string, string>;

/**
 * The base score of a CVSS vector, from 0 to 10: of 2.0, 3.0 and 3.1 as FIRST defines it. Of 4.0, whose scores are a table of
 * experts' rankings, it is what 3.1 gives for the same weakness: mostly more, a point in the median, and below 7 for one in
 * fifty of those that are 7 or more (3,190 vectors held against FIRST's table).
 *
 * @returns null for what is no whole vector of these
 */
export function baseScore(vector: string): number | null {
  const [head = '', ...parts] = vector.trim().split('/');
  switch (head) {
    case 'CVSS:3.0':
    case 'CVSS:3.1':
      return scoreOf3(metricsOf(parts));
    case 'CVSS:4.0':
      return scoreOf3(as3(metricsOf(parts)));
    default:
      return scoreOf2(metricsOf([head, ...parts]));
  }
}

function metricsOf(parts: readonly string[]): Metrics {
  return new Map(
    parts.map((part) => {
      const [metric = '', value = ''] = part.split(':');
      return [metric, value];
    }),
  );
}

function scoreOf3(metrics: Metrics): number | null {
  const weight = (metric: string) => weights[metric]?.[metrics.get(metric) ?? ''] ?? Number.NaN;
  const isChanged = metrics.get('S') === 'C';
  const byScope: Readonly<Record<string, number>> = privileges[isChanged ? 'C' : 'U'];
  const privilege = byScope[metrics.get('PR') ?? ''] ?? Number.NaN;
  const base = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  const exploitability = 8.22 * weight('AV') * weight('AC') * privilege * weight('UI');
  const isWhole = /^[UC]$/.test(metrics.get('S') ?? '') && !Number.isNaN(impact + exploitability);
  if (!isWhole) return null;
  return impact <= 0 ? 0 : roundedUp(Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10));
}

/** Up to one decimal (appendix A): in whole numbers, since 8.6 * 10 is more than 86 in floating point. */
function roundedUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}

/** What 3.1 says of a weakness for which 4.0 has other words: requirements of an attack, and effects on other systems. */
function as3(metrics: Metrics): Metrics {
  const of = (metric: string) => metrics.get(metric) ?? '';
  const isChanged = ['SC', 'SI', 'SA'].some((metric) => /^[HL]$/.test(of(metric)));
  const worst = (own: string, others: string) =>
    ['H', 'L'].find((value) => [of(own), of(others)].includes(value)) ?? of(own);
  return new Map([
    ['AV', of('AV')],
    ['AC', of('AC') === 'L' && of('AT') === 'P' ? 'H' : of('AC')],
    ['PR', of('PR')],
    ['UI', /^[PA]$/.test(of('UI')) ? 'R' : of('UI')],
    ['S', isChanged ? 'C' : 'U'],
    ['C', worst('VC', 'SC')],
    ['I', worst('VI', 'SI')],
    ['A', worst('VA', 'SA')],
  ]);
}

const weights2: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
};

function scoreOf2(metrics: Metrics): number | null {
  const weight = (metric: string) => weights2[metric]?.[metrics.get(metric) ?? ''] ?? Number.NaN;
  const impact = 10.41 * (1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A')));
  const exploitability = 20 * weight('AV') * weight('AC') * weight('Au');
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176);
  return Number.isNaN(score) ? null : Math.round(score * 10) / 10;
}
