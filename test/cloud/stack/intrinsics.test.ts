import { describe, expect, it } from 'vitest';
import { resolved } from './intrinsics.ts';

const types = new Map([
  ['Bucket9', 'AWS::S3::Bucket'],
  ['Queue1', 'AWS::SQS::Queue'],
  ['Fn', 'AWS::Lambda::Function'],
  ['Table', 'AWS::DynamoDB::Table'],
]);
const place = { endpoint: 'http://127.0.0.1:1', types };

describe('what a template says by functions', () => {
  it.each([
    [{ Ref: 'Bucket9' }, 'bucket9'],
    [{ Ref: 'Queue1' }, 'http://127.0.0.1:1/000000000000/Queue1'],
    [{ 'Fn::GetAtt': ['Queue1', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:Queue1'],
    [{ 'Fn::Join': ['/', [{ 'Fn::GetAtt': ['Bucket9', 'Arn'] }, 'conda/*']] }, 'arn:aws:s3:::bucket9/conda/*'],
    [{ 'Fn::Sub': `a-\${AWS::Region}-\${Queue1.QueueName}-\${!kept}` }, `a-us-east-1-Queue1-\${kept}`],
    [{ list: [{ Ref: 'Fn' }, 1, null] }, { list: ['Fn', 1, null] }],
  ])('%j', (value, expected) => {
    expect(resolved(value, place)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'the template has no Nobody'],
    [{ Ref: 'Table' }, 'Ref of Table, AWS::DynamoDB::Table, is not known here'],
    [{ 'Fn::GetAtt': ['Queue1', 'Size'] }, 'Size of Queue1'],
    [{ deep: [{ 'Fn::Select': [0, ['a']] }] }, 'Fn::Select is not known here'],
    [{ Condition: 'IsProduction' }, 'Condition is not known here'],
    [{ 'Fn::Sub': ['a', { a: 'b' }] }, 'expected string'],
    [{ Ref: 'AWS::StackName' }, 'AWS::StackName'],
  ])('and what is not known is an error: %j', (value, message) => {
    expect(() => resolved(value, place)).toThrow(message);
  });
});
