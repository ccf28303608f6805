import type { Firing } from '../../core/documents/gate/verdict.ts';
import type { Gate } from '../../core/gate/gate.ts';
import { settledNow } from '../../core/gate/settle.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { gateWarnings } from '../../core/solve/standing/gate-warnings.ts';

interface Watched {
  readonly gate: Gate;
  /** What it warned of in some files, but for what is told of them already. */
  warnings(ids: readonly string[], told: readonly Problem[]): Problem[];
}

/** A plan tells it of all files in one line. */
const isOfMost = ({ code }: Firing): boolean => code === 'C3.unknown';

/**
 * A gate that remembers what it warned of: a plan was made before anybody had read what came, and a first sync's activation scripts
 * and menu files enter with no more than a warning. Memory is that of the warnings.
 */
export function rememberWarnings(gate: Gate, clock: Pick<Clock, 'now'>): Watched {
  const found = new Map<string, readonly Firing[]>();
  return {
    gate: {
      ...gate,
      async judge(file) {
        const verdict = await gate.judge(file);
        const { telling } = settledNow(verdict, gate.policy, clock.now());
        const warnings = telling.filter((one) => one.verdict === 'warn' && !isOfMost(one));
        if (warnings.length > 0) found.set(verdict.id, warnings);
        return verdict;
      },
    },
    warnings(ids, told) {
      const known = new Set(told.map(({ code, subject }) => `${code} ${subject}`));
      const looked = ids.map((id) => ({ id, warnings: found.get(id) ?? [] }));
      return gateWarnings(looked).filter(({ code, subject }) => !known.has(`${code} ${subject}`));
    },
  };
}
