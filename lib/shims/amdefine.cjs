/**
 * `amdefine` for a bundle: compressjs asks it for its files by names that no bundler can follow, so each is named here.
 * Requires that stand alone, since the files ask for each other in circles.
 */
const files = {
  BitStream: () => require('compressjs/lib/BitStream.js'),
  BWT: () => require('compressjs/lib/BWT.js'),
  BWTC: () => require('compressjs/lib/BWTC.js'),
  Bzip2: () => require('compressjs/lib/Bzip2.js'),
  Context1Model: () => require('compressjs/lib/Context1Model.js'),
  CRC32: () => require('compressjs/lib/CRC32.js'),
  DefSumModel: () => require('compressjs/lib/DefSumModel.js'),
  Dmc: () => require('compressjs/lib/Dmc.js'),
  FenwickModel: () => require('compressjs/lib/FenwickModel.js'),
  freeze: () => require('compressjs/lib/freeze.js'),
  Huffman: () => require('compressjs/lib/Huffman.js'),
  HuffmanAllocator: () => require('compressjs/lib/HuffmanAllocator.js'),
  LogDistanceModel: () => require('compressjs/lib/LogDistanceModel.js'),
  Lzjb: () => require('compressjs/lib/Lzjb.js'),
  LzjbR: () => require('compressjs/lib/LzjbR.js'),
  Lzp3: () => require('compressjs/lib/Lzp3.js'),
  MTFModel: () => require('compressjs/lib/MTFModel.js'),
  NoModel: () => require('compressjs/lib/NoModel.js'),
  PPM: () => require('compressjs/lib/PPM.js'),
  RangeCoder: () => require('compressjs/lib/RangeCoder.js'),
  Simple: () => require('compressjs/lib/Simple.js'),
  Stream: () => require('compressjs/lib/Stream.js'),
  Util: () => require('compressjs/lib/Util.js'),
};

module.exports = (module) => (names, factory) => {
  module.exports = factory(...names.map((name) => files[name.split('/').pop()]()));
};
