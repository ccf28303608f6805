// One file for all that runs the stack: to load the CDK and to bundle the functions takes 5 seconds of processor.
import './pipeline/poison.ts';
import './pipeline/storm.ts';
import './pipeline/crash.ts';
