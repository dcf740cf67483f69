import { describe, expect, it } from 'vitest';
import { commandLine } from '../report/run-arguments.ts';
import { argumentsOf, optionsFrom } from './run-arguments.ts';

const options = {
  logFormat: 'text',
  select: ['a+'],
  exclude: ['b'],
  resourceType: ['model'],
  excludeResourceType: ['test'],
  selector: 'nightly',
  state: 'before',
  defer: true,
  favorState: true,
  indirectSelection: 'cautious',
  fullRefresh: true,
  adopt: true,
  force: true,
  audit: false,
  runProven: true,
  analyze: false,
  vars: '{n: 1}',
  target: 'prod',
  eventTimeStart: '2026-01-01T00:00:00.000Z',
  eventTimeEnd: '2026-02-01T00:00:00.000Z',
} as const;

describe('the flags of a run', () => {
  it('come back from its record', () => {
    expect(optionsFrom(argumentsOf(options), { logFormat: 'text' })).toEqual(options);
  });

  it('are all told in a line that would repeat it', () => {
    const args = argumentsOf(options);
    const line = commandLine('build', args);
    const untold = Object.keys(args).filter((name) => commandLine('build', { ...args, [name]: null }) === line);
    expect(untold).toEqual([]);
    expect(line).toContain(' --no-audit --run-proven --no-analyze ');
  });

  it('that were not given are not told', () => {
    const none = { logFormat: 'text', select: [], exclude: [], resourceType: [], excludeResourceType: [] } as const;
    expect(commandLine('run', argumentsOf(none))).toBe('tx run');
  });
});
