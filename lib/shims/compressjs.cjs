/** compressjs for a bundle, of its twelve methods the one that is used (30 kB less); see amdefine.cjs. */
module.exports = { Bzip2: require('compressjs-files/Bzip2.js') };
