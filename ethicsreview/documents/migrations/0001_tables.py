import django.db.models.deletion
import ethicsreview.documents.models
from django.conf import settings
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('documents', '0001_initial'),
    ]

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [Together([
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=40, unique=True, verbose_name='编号')),
                ('title', models.CharField(max_length=300, verbose_name='名称')),
                ('kind', models.CharField(help_text='材料清单中的类别代码', max_length=60, verbose_name='类别')),
            ],
            options={
                'verbose_name': '文件',
                'verbose_name_plural': '文件',
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=40, unique=True, verbose_name='编号')),
                ('number', models.CharField(max_length=120, verbose_name='文号')),
                ('kind', models.CharField(max_length=40, verbose_name='类别')),
                ('language', models.CharField(max_length=10, verbose_name='语言')),
                ('object_kind', models.CharField(max_length=40)),
                ('object_ref', models.CharField(max_length=60)),
                ('file', models.FileField(max_length=120, upload_to=ethicsreview.documents.models.unguessable_path, verbose_name='存放位置')),
                ('size', models.PositiveBigIntegerField(verbose_name='字节数')),
                ('digest', models.CharField(max_length=64, verbose_name='SM3 摘要')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='验证码')),
                ('created_at', models.DateTimeField(verbose_name='印发时间')),
            ],
            options={
                'verbose_name': '文书',
                'verbose_name_plural': '文书',
                'indexes': [models.Index(fields=['object_kind', 'object_ref'], name='documents_letter_object')],
                'constraints': [models.UniqueConstraint(fields=('number', 'language'), name='documents_letter_once')],
            },
        ),
        migrations.CreateModel(
            name='DocumentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('file', models.FileField(max_length=120, upload_to=ethicsreview.documents.models.unguessable_path, verbose_name='存放位置')),
                ('name', models.CharField(max_length=255, verbose_name='文件名')),
                ('size', models.PositiveBigIntegerField(verbose_name='字节数')),
                ('media_type', models.CharField(max_length=100, verbose_name='格式')),
                ('digest', models.CharField(max_length=64, verbose_name='SM3 摘要')),
                ('pages', models.PositiveIntegerField(blank=True, null=True, verbose_name='页数')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='documents.document', verbose_name='文件')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '文件版本',
                'verbose_name_plural': '文件版本',
                'ordering': ['document_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='documents_version_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='documents_version_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Revocation',
            fields=[
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='revocation', serialize=False, to='documents.letter')),
                ('at', models.DateTimeField(verbose_name='撤销时间')),
                ('reason', models.TextField(verbose_name='撤销理由')),
            ],
            options={
                'verbose_name': '文书撤销',
                'verbose_name_plural': '文书撤销',
            },
        ),
        migrations.CreateModel(
            name='Findings',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='findings', serialize=False, to='documents.documentversion')),
                ('scan', models.CharField(choices=[('not_scanned', '未查毒'), ('clean', '已查毒'), ('infected', '发现病毒')], default='not_scanned', max_length=12, verbose_name='查毒')),
                ('scanned_at', models.DateTimeField(blank=True, null=True, verbose_name='查毒时间')),
                ('text_state', models.CharField(choices=[('pending', '正文待提取'), ('complete', '正文已提取'), ('cut', '正文过长，只提取了开头部分'), ('no_text', '没有可提取的文字（扫描件或图片）'), ('failed', '正文提取失败')], default='pending', max_length=10, verbose_name='正文')),
                ('text', models.TextField(blank=True, verbose_name='提取的文字')),
            ],
            options={
                'verbose_name': '文件检查结果',
                'verbose_name_plural': '文件检查结果',
                'indexes': [models.Index(condition=models.Q(('text_state', 'pending')), fields=['version'], name='documents_unread'), models.Index(condition=models.Q(('scan', 'not_scanned')), fields=['version'], name='documents_unscanned')],
            },
        ),
    ])]
