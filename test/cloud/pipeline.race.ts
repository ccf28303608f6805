// One file for all that runs the stack: to load the CDK takes 3 seconds of a processor.
import './pipeline/from-allowlist.ts';
import './pipeline/wiring.ts';
import './pipeline/poison.ts';
import './pipeline/alarms.ts';
import './pipeline/publish.ts';
import './pipeline/gate.ts';
import './pipeline/storm.ts';
import './pipeline/crash.ts';
