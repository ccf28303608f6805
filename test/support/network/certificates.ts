import { makeCertificate } from './make-certificate.ts';

/** A company's own authority, which no list has. */
export const companyAuthority = { name: 'Acme Root', ...makeCertificate('Acme Root') };
/** What its servers show; all of them are this machine. */
export const companyServer = makeCertificate('acme server', {
  by: companyAuthority,
  hosts: ['127.0.0.1', 'localhost', 'conda.acme.test', 'files.acme.test'],
});
