import { runPython } from '../machine/run-python.ts';

/** Wheels that Pythons bring along: those of `ensurepip` and of the standard library's own tests, and Debian's. */
const script = `
import glob, json, os, sys, sysconfig
folders = [sysconfig.get_config_var('WHEEL_PKG_DIR'), '/usr/share/python-wheels', os.path.dirname(os.__file__)]
folders += glob.glob('/usr/lib/python3*') + glob.glob(os.path.join(sys.base_prefix, '..', '*', 'lib', 'python3*'))
found = {}
for folder in filter(None, folders):
    for path in sorted(glob.glob(os.path.join(folder, '**', '*.whl'), recursive=True)):
        found.setdefault(os.path.basename(path), path)
for name in sorted(found):
    print(found[name])
`;

/** The paths of the wheels that this machine has beside those of the corpus, each name once. */
export const machineWheels = (): string[] => runPython(script, []);
