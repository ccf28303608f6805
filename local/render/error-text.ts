import { GatehouseError } from '../../core/error.ts';

/** An error as it ends a command: the sentence and the hint, or, for a bug, all there is to report it with. */
export function errorText(error: unknown): string {
  if (error instanceof GatehouseError) {
    return `error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`;
  }
  if (isSystemError(error)) return `error: ${error.message}\n`;
  return `internal.bug: ${error instanceof Error ? error.stack : String(error)}\n`;
}

/** The system said no (a full disk, a folder that may not be written): its own words say what and where. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;
