/**
 * Identifiers of SPDX's list that packages use most, and exceptions: what is written with these alone is an expression of
 * SPDX, and all else is a license by its name. https://spdx.org/licenses/
 */
export const spdxIds: ReadonlySet<string> = new Set(
  `0BSD AFL-2.1 AFL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 APSL-2.0 Artistic-1.0 Artistic-1.0-Perl
  Artistic-2.0 blessing BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear BSD-3-Clause-LBNL
  BSD-4-Clause BSD-4-Clause-UC BSD-Source-Code BSL-1.0 bzip2-1.0.6 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0
  CDDL-1.0 CDDL-1.1 CECILL-2.1 CECILL-B CECILL-C CNRI-Python CPL-1.0 curl ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2
  FSFAP FSFUL FTL GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later
  GPL-3.0-only GPL-3.0-or-later HPND HPND-sell-variant ICU IJG Info-ZIP Intel IPL-1.0 ISC JasPer-2.0 JSON LAL-1.3
  LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later libpng-2.0 Libpng
  libtiff LPPL-1.3c MIT MIT-0 MIT-advertising MIT-CMU MIT-enna MIT-feh MPL-1.0 MPL-1.1 MPL-2.0 MPL-2.0-no-copyleft-exception
  MS-PL MulanPSL-2.0 NAIST-2003 NBPL-1.0 NCSA NLOD-1.0 NPL-1.1 NTP ODbL-1.0 OFL-1.1 OGC-1.0 OGL-UK-3.0 OLDAP-2.8 OpenSSL
  OSL-3.0 PDDL-1.0 PHP-3.01 Plexus PostgreSQL PSF-2.0 Python-2.0 Python-2.0.1 QPL-1.0 Ruby SGI-B-2.0 Sleepycat
  SMLNJ Spencer-94 SSPL-1.0 TCL TCP-wrappers Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C
  WTFPL X11 Xnet XSkat Zed Zlib zlib-acknowledgement ZPL-2.0 ZPL-2.1`.split(/\s+/),
);

/** What may stand behind `WITH`. */
export const spdxExceptions: ReadonlySet<string> = new Set(
  `Autoconf-exception-2.0 Autoconf-exception-3.0 Bison-exception-2.2 Bootloader-exception Classpath-exception-2.0
  FLTK-exception Font-exception-2.0 GCC-exception-2.0 GCC-exception-3.1 LLVM-exception Libtool-exception
  Linux-syscall-note LGPL-3.0-linking-exception OCaml-LGPL-linking-exception
  openvpn-openssl-exception Qt-GPL-exception-1.0 Qt-LGPL-exception-1.1 u-boot-exception-2.0 WxWindows-exception-3.1`.split(
    /\s+/,
  ),
);
