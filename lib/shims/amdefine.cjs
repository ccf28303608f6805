/**
 * `amdefine` for a bundle: compressjs asks it for its files by names that no bundler can follow, so each that its bzip2
 * needs is named here; `compressjs-files` is their folder (lib/bundle/bundle-functions.ts).
 * Requires that stand alone, since the files ask for each other in circles.
 */
const files = {
  BitStream: () => require('compressjs-files/BitStream.js'),
  BWT: () => require('compressjs-files/BWT.js'),
  CRC32: () => require('compressjs-files/CRC32.js'),
  freeze: () => require('compressjs-files/freeze.js'),
  HuffmanAllocator: () => require('compressjs-files/HuffmanAllocator.js'),
  Stream: () => require('compressjs-files/Stream.js'),
  Util: () => require('compressjs-files/Util.js'),
};

module.exports = (module) => (names, factory) => {
  module.exports = factory(...names.map((name) => files[name.split('/').pop()]()));
};
