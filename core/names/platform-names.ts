/**
 * The platforms an allowlist and the files of `patches/` may name: the subdirs that conda's tools know a machine for
 * (rattler's `Platform`). `noarch` is no platform: every platform reads it anyway.
 */
export const platformNames = [
  'linux-32',
  'linux-64',
  'linux-aarch64',
  'linux-armv6l',
  'linux-armv7l',
  'linux-loong64',
  'linux-ppc64',
  'linux-ppc64le',
  'linux-riscv32',
  'linux-riscv64',
  'linux-s390x',
  'osx-64',
  'osx-arm64',
  'win-32',
  'win-64',
  'win-arm64',
  'emscripten-wasm32',
  'wasi-wasm32',
  'freebsd-64',
  'zos-z',
] as const;
