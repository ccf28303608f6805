import { machineHeadBytes, machineOf } from './machine.ts';
import { type TextSearch, textSearch } from './placeholder.ts';
import { type SecretTries, secretSearch } from './secrets.ts';

/** What is looked for in a file. */
export interface Sought {
  /** Bytes. */
  readonly size: number;
  /** How many bytes from its start are kept; null where none are asked for. */
  readonly keep: number | null;
  /** What must occur in it; null where nothing must. */
  readonly placeholder: string | null;
  readonly onSecret: (kind: string) => void;
  /** Of the archive that it is in. */
  readonly tries: SecretTries;
}

export interface FileSeen {
  /** As `machineOf` has it. */
  readonly machine: string | null;
  /** Null where none were to be kept. */
  readonly text: Uint8Array | null;
  readonly lacksPlaceholder: boolean;
}

/** Looks at a file's bytes as they pass; memory is what is kept of it, and 4 KiB. */
export class FileLook {
  readonly #sought: Sought;
  readonly #placeholder: TextSearch | null;
  readonly #searchSecrets: (bytes: Uint8Array) => void;
  /** Bytes from its start that are looked at together. */
  readonly #headBytes: number;
  readonly #head: Uint8Array[] = [];
  #seen = 0;
  #machine: string | null = null;

  constructor(sought: Sought) {
    this.#sought = sought;
    this.#headBytes = Math.max(sought.keep ?? 0, Math.min(sought.size, machineHeadBytes));
    this.#placeholder = sought.placeholder === null ? null : textSearch(sought.placeholder);
    this.#searchSecrets = secretSearch(sought.onSecret, sought.tries);
  }

  see(bytes: Uint8Array): void {
    if (this.#seen < this.#headBytes) this.#seeHead(bytes);
    this.#seen += bytes.length;
    // Libraries that read keys hold the words that keys start with.
    if (this.#machine === null) this.#searchSecrets(bytes);
    this.#placeholder?.see(bytes);
  }

  /** What comes in one slice is not copied, unless it is kept. */
  #seeHead(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.#headBytes - this.#seen);
    const isWhole = part.length === this.#headBytes;
    if (!isWhole || this.#sought.keep !== null) this.#head.push(Uint8Array.from(part));
    if (this.#seen + part.length < this.#headBytes) return;
    const most = Math.min(this.#headBytes, machineHeadBytes);
    this.#machine = machineOf(isWhole ? part.subarray(0, most) : Buffer.concat(this.#head, most));
  }

  end(): FileSeen {
    const { keep } = this.#sought;
    return {
      machine: this.#machine,
      text: keep === null ? null : Buffer.concat(this.#head).subarray(0, keep),
      lacksPlaceholder: this.#placeholder?.isFound() === false,
    };
  }
}
