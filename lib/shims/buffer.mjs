/**
 * `Buffer` for a bundle: seek-bzip and compressjs say `new Buffer(size)`, of which Node warns (DEP0005) wherever the code
 * does not lie in node_modules.
 */
export const Buffer = /* @__PURE__ */ new Proxy(globalThis.Buffer, { construct: (Node, [size]) => Node.alloc(size) });
