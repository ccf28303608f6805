/** Of the corpus's source distributions those of which only running them would tell what they hold, and why. */
export const refusedSdists = {
  'PyPDF2-1.26.0.tar.gz': 'sdist.egg-info',
  'bs4-0.0.2.tar.gz': 'sdist.egg-info',
  'nose-1.3.7.tar.gz': 'sdist.setup-py',
  'peewee-4.5.3.tar.gz': 'sdist.built',
  'pyzmail36-1.0.5.tar.gz': 'sdist.setup-py',
  'termcolor-1.1.0.tar.gz': 'sdist.egg-info',
  'wget-3.2.zip': 'sdist.egg-info',
};
