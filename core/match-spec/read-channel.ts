import type { FieldsRead } from './spec-fields.ts';

/** Platform families by CEP 26, and `noarch`: what may follow a channel's last slash as its subdir. */
const subdir = /^(?:noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9]+)$/;
const channel = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^\s:'"[\]]+(?::[^\s:'"[\]]*)*$/i;

/** Reads `conda-forge`, `conda-forge/linux-64` or a channel's URL; `*` is any channel. */
export function readChannel(text: string): FieldsRead {
  const whole = text.replace(/\/+$/, '');
  const slash = whole.lastIndexOf('/');
  const last = whole.slice(slash + 1).toLowerCase();
  const split = slash > 0 && subdir.test(last);
  const name = split ? whole.slice(0, slash) : whole;
  if (name !== '*' && !channel.test(name)) return { ok: false, message: `"${text}" is not a channel` };
  return { ok: true, fields: { channel: name === '*' ? null : name, ...(split ? { subdir: last } : {}) } };
}
