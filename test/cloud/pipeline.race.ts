// One file for all that runs the stack: to load the CDK and to bundle the functions takes 5 seconds of processor.
import './pipeline/from-allowlist.ts';
import './pipeline/wiring.ts';
import './pipeline/poison.ts';
import './pipeline/storm.ts';
import './pipeline/crash.ts';
