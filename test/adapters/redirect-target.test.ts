import { describe, expect, it } from 'vitest';
import { redirectTarget } from '../../adapters/http-fetch.ts';

const target = (from: string, location: string) => redirectTarget(302, location, new URL(from))?.href;

describe('redirectTarget', () => {
  it.each([
    ['https://a.example/x/y', '../z', 'https://a.example/z'],
    ['https://a.example/x', 'https://b.example/', 'https://b.example/'],
    ['https://a.example/x', '//b.example/', 'https://b.example/'],
    ['http://a.example/x', 'https://b.example/', 'https://b.example/'],
    ['http://a.example/x', 'http://b.example/', 'http://b.example/'],
  ])('goes from %s by %s to %s', (from, location, expected) => {
    expect(target(from, location)).toBe(expected);
  });

  it.each([
    ['https://a.example/x', 'http://a.example/x'],
    ['https://a.example/x', 'file:///etc/passwd'],
    ['http://a.example/x', 'file:///etc/passwd'],
    ['http://a.example/x', 'javascript:1'],
    ['http://a.example/x', 'http://['],
  ])('does not go from %s by %s', (from, location) => {
    expect(() => target(from, location)).toThrow(
      expect.objectContaining({ code: 'upstream.unreachable', retry: false }),
    );
  });
});
